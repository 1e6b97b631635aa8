/** What concerns all stacks of etc/stack, and two services that are scaled each by itself. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkout, startDaemon } from '../../support/daemon.ts';
import { needs } from '../../support/skips.ts';
import { Stack } from '../../support/stack.ts';
import { below, stackCases, testStacks } from '../../support/stack-cases.ts';

testStacks('two-services');

test('every stack there is is tested, in one of the files beside this one', () => {
  const files = readdirSync(join(checkout, 'etc/stack')).filter((file) => file.endsWith('.conf'));
  expect(files.sort()).toEqual(stackCases.map(({ name }) => `${name}.conf`).sort());
  const tests = readdirSync(import.meta.dirname).map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'));
  for (const { name } of stackCases)
    expect(
      tests.some((text) => text.includes(`'${name}'`)),
      name,
    ).toBe(true);
});

test('the doctor has nothing to say of any of them', async () => {
  await using daemon = await startDaemon({ config: '' });
  for (const { name } of stackCases) {
    const { stdout } = await daemon.ctl('doctor', join(checkout, `etc/stack/${name}.conf`));
    expect(stdout, name).toMatch(/nothing/i);
  }
});

needs('nginx', 'redis-server', 'gunicorn', 'python3-flask').test(
  'etc/stack/two-services.conf: one service is scaled under load, nobody loses a request, the other goes on',
  async () => {
    const [shop, api] = below('shop', 'api');
    if (shop === undefined || api === undefined) throw new Error('Expected two services');
    await using stack = await Stack.start('two-services', [shop, api]);
    const [shops, apis] = [await stack.pids(shop), await stack.pids(api)];
    const counted = await stack.underLoad([shop, api], async () => {
      expect(await stack.daemon.ctl('scale', 'api=3')).toMatchObject({ code: 0 });
      expect(await stack.whoAnswers(api, 3)).toHaveLength(3);
      expect(await stack.daemon.ctl('scale', 'api=2')).toMatchObject({ code: 0 });
    });
    expect(counted).toMatchObject({ refused: 0, lost: 0, troubles: [] });
    expect([await stack.pids(shop), await stack.pids(api)]).toEqual([shops, apis]);
  },
);
