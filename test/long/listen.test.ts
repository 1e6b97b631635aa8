/** The port that never closes, often enough to catch the moment in which it would. */
import { expect } from 'vitest';
import { restartedUnderLoad } from '../support/held-gunicorn.ts';
import { needs } from '../support/skips.ts';

needs('gunicorn').test('gunicorn is stopped and started 50 times: nobody is refused, nothing is lost', async () => {
  const counted = await restartedUnderLoad(50);
  process.stdout.write(`${counted.answered} answers\n`);
  expect(counted).toMatchObject({ refused: 0, lost: 0, troubles: [] });
});
