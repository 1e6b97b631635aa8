import { expect } from 'vitest';
import type { Posix } from '../../../src/daemon/os/posix.ts';

/** A pipe that closes itself; `say` writes text into it. */
export function pipeOf(posix: Posix) {
  const ends = new Int32Array(2);
  expect(posix.pipe(ends)).toBe(0);
  const [read = -1, write = -1] = ends;
  const say = (text: string) => posix.write(write, Buffer.from(text), 0, Buffer.byteLength(text));
  const [closeRead, closeWrite] = [read, write].map((fd) => () => void posix.close(fd)) as [() => void, () => void];
  return { read, write, say, closeRead, closeWrite, [Symbol.dispose]: () => [closeRead(), closeWrite()] };
}
