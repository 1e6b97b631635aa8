import { LinuxOs } from '../../../src/daemon/os/linux.ts';
import type { ChildExit, SpawnRequest, SpawnResult } from '../../../src/daemon/os/os.ts';
import { loadPosix, type Posix } from '../../../src/daemon/os/posix.ts';

/** The real Os with what tests ask of it: run a program to its end, and know every exit there was. */
export class Children {
  readonly posix: Posix = loadPosix();
  readonly os = new LinuxOs(this.posix);
  readonly exits: ChildExit[] = [];
  readonly #live = new Set<number>();

  constructor() {
    this.os.onChildExit((exit) => {
      this.exits.push(exit);
      this.#live.delete(exit.pid);
    });
  }

  /** Starts `argv`, with our own three descriptors unless `more` has others. */
  spawn(argv: readonly [string, ...string[]], more: Partial<SpawnRequest> = {}): SpawnResult {
    const request: SpawnRequest = { file: argv[0], argv, env: ['PATH=/usr/bin:/bin'], fds: [0, 1, 2], group: 'pgid' };
    const result = this.os.spawn({ ...request, ...more });
    if (!('stage' in result)) this.#live.add(result.pid);
    return result;
  }

  /** The pid of a child that must start. */
  start(argv: readonly [string, ...string[]], more: Partial<SpawnRequest> = {}): number {
    const result = this.spawn(argv, more);
    if (!('stage' in result)) return result.pid;
    throw new Error(`Cannot start "${argv.join(' ')}": ${result.stage} ${result.code}`);
  }

  /** How `pid` ended; waits for it at most ten seconds. */
  async exitOf(pid: number): Promise<ChildExit> {
    return until(`child ${pid} ended`, () => this.exits.find((exit) => exit.pid === pid));
  }

  /** Runs `argv` to its end: what it wrote to stdout and stderr, and how it ended. */
  async run(
    argv: readonly [string, ...string[]],
    more: Partial<SpawnRequest> = {},
  ): Promise<ChildExit & { text: string }> {
    const { read, write } = this.os.pipe('read');
    const pid = this.start(argv, { fds: [0, write, write], ...more });
    this.os.close(write);
    const text = await this.textOf(read);
    return { ...(await this.exitOf(pid)), text };
  }

  /** Everything that comes out of a pipe until its end; closes it. */
  textOf(fd: number): Promise<string> {
    const parts: Buffer[] = [];
    const buffer = Buffer.alloc(65_536);
    return new Promise((resolve, reject) => {
      const poll = this.posix.pollCreate(fd, () => {
        const count = this.posix.read(fd, buffer, 0, buffer.length);
        if (count > 0) return void parts.push(Buffer.from(buffer.subarray(0, count)));
        poll.close();
        this.os.close(fd);
        if (count === 0) resolve(Buffer.concat(parts).toString());
        else reject(new Error(`Cannot read: errno ${-count}`));
      });
      poll.start();
    });
  }

  /** Ends what a failed test left, and stops reaping once all are gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of this.#live) this.os.kill(-pid, 9);
    await until('every child ended', () => this.#live.size === 0 || undefined);
    this.os[Symbol.dispose]();
  }
}

/** Asks again and again, for ten seconds at most, until there is an answer. */
export async function until<T>(what: string, look: () => T | undefined): Promise<T> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`Waited ten seconds, and never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
