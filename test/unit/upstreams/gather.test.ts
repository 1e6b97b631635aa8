import { expect, test } from 'vitest';
import { Gather } from '../../../src/daemon/upstreams/gather.ts';
import { FakeOs } from '../../support/fake-os.ts';

const turn = () => new Promise((settle) => setImmediate(settle));

test('who asks within a moment is answered together, who asks meanwhile by the next run, never two at a time', async () => {
  const os = new FakeOs();
  const ends: ((run: number) => void)[] = [];
  const answers: string[] = [];
  const gather = new Gather(os, 20, () => new Promise<number>((end) => ends.push(end)));
  const ask = (who: string) => void gather.request().then((run) => answers.push(`${who} ${run}`));
  ask('a');
  os.advance(19);
  ask('b');
  expect(ends).toHaveLength(0);
  os.advance(1);
  ask('c');
  os.advance(100);
  ask('d');
  expect(ends).toHaveLength(1);
  ends[0]?.(1);
  await turn();
  expect(answers).toEqual(['a 1', 'b 1']);
  os.advance(20);
  expect(ends).toHaveLength(2);
  ends[1]?.(2);
  await turn();
  expect(answers.slice(2)).toEqual(['c 2', 'd 2']);
  expect(os.pending).toBe(0);
});

test('work that fails is a failure for those who asked, and the next run is another', async () => {
  const os = new FakeOs();
  let count = 0;
  const gather = new Gather(os, 20, async () => {
    count += 1;
    if (count === 1) throw new Error('no');
    return count;
  });
  const first = expect(gather.request()).rejects.toThrow('no');
  os.advance(20);
  await first;
  const second = gather.request();
  os.advance(20);
  expect(await second).toBe(2);
});
