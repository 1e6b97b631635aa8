/** Real servers for probes to ask, and the asking. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LinuxOs } from '../../../src/daemon/os/linux.ts';
import { loadPosix } from '../../../src/daemon/os/posix.ts';
import { askServer } from '../../../src/daemon/probes/ask.ts';
import { readProbe } from '../../../src/daemon/probes/probe-spec.ts';
import type { Verdict } from '../../../src/daemon/probes/verdict.ts';
import { plainEnvironment } from '../../support/command.ts';
import { until } from '../../support/until.ts';

/** Made before the first child, as it asks for. */
export const posix = loadPosix();
export const os = new LinuxOs(posix);

/** What a probe, as it is written in a configuration, finds out. */
export function ask(text: string, timeoutMs = 10_000): Promise<Verdict> {
  const spec = readProbe(text);
  if ('why' in spec) throw new Error(spec.why);
  if (!('target' in spec) || spec.target === undefined) throw new Error(`Expected a probe of a socket, got "${text}"`);
  const { target } = spec;
  return new Promise((onVerdict) => {
    askServer({ os, posix, probe: spec, target, timeoutMs, onVerdict });
  });
}

/** Sockets and timers of this process, but for the test runner's own. */
export function leftovers(): string[] {
  return process.getActiveResourcesInfo().filter((name) => /TCPSocket|TCPConnect|PipeConnect|GetAddrInfo/.test(name));
}

/** Servers in a folder of their own, each the leader of its process group. */
export class Servers implements AsyncDisposable {
  readonly dir: string = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  readonly #children = new Map<string, ChildProcess>();

  start(name: string, command: readonly string[]): void {
    const [file = '', ...args] = command;
    const log = openSync(join(this.dir, `${name}.log`), 'a');
    const env = plainEnvironment();
    this.#children.set(name, spawn(file, args, { cwd: this.dir, env, stdio: ['ignore', log, log], detached: true }));
    closeSync(log);
  }

  /** Waits until `probe` finds the server good. */
  async untilGood(name: string, probe: string): Promise<void> {
    const child = this.#children.get(name);
    const evidence = () => `${probe}: ${readFileSync(join(this.dir, `${name}.log`), 'utf8').slice(-2_000)}`;
    const hopeless = () => child !== undefined && child.exitCode !== null;
    await until(`${name} is good`, async () => (await ask(probe, 1_000)).ok, { evidence, hopeless });
  }

  signal(name: string, signal: NodeJS.Signals): void {
    const pid = this.#children.get(name)?.pid;
    if (pid !== undefined) process.kill(-pid, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      [...this.#children].map(async ([name, child]) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, 'exit');
        this.signal(name, 'SIGKILL');
        await ended;
      }),
    );
    os[Symbol.dispose]();
    rmSync(this.dir, { recursive: true });
  }
}
