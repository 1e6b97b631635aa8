/** The built dashboard at a terminal of its own, before a daemon of its own; what that costs both. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cpuMsOf, ownMegabytes } from './process-figures.ts';
import { Relay } from './relay.ts';

const root = resolve(__dirname, '..');
// An addon: it is no part of the bundle.
const pty = createRequire(join(root, 'package.json'))('@lydell/node-pty') as typeof import('@lydell/node-pty');

export interface Visit {
  readonly size: { readonly width: number; readonly height: number };
  /** Pressed before anything is measured. */
  readonly keys: string;
  readonly seconds: number;
}

export interface VisitFigures {
  /** Bytes a second, both ways, on the control socket. */
  readonly socketRate: number;
  readonly terminalRate: number;
  /** Of one core, in percent. */
  readonly cpu: number;
  readonly daemonCpu: number;
  /** Of the daemon in the seconds after the dashboard was left, in milliseconds. */
  readonly daemonCpuMsAfter: number;
  readonly megabytes: number;
}

/** Until lists have come, samples have a trend and what is compiled is compiled. */
const SETTLE_MS = 8000;
const AFTER_MS = 5000;
const START_DEADLINE_MS = 20_000;

export class CostDaemon implements AsyncDisposable {
  readonly #dir: string;
  readonly #child: ChildProcess;
  readonly #count: number;

  /** `programs`: sections of the file, p000 the first; `count` processes, one of which may not run just now. */
  constructor(programs: string, count: number) {
    this.#dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
    this.#count = count;
    const file = join(this.#dir, 'supervisord.conf');
    writeFileSync(
      file,
      `[unix_http_server]\nfile=%(here)s/s.sock\n\n[supervisord]\nlogfile=%(here)s/d.log\npidfile=%(here)s/d.pid\n` +
        `childlogdir=%(here)s\nminfds=4096\n\n[rpcinterface:supervisor]\n` +
        `supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n\n` +
        `[supervisorctl]\nserverurl=unix://%(here)s/relay.sock\n\n${programs}`,
    );
    this.#child = spawn(process.execPath, [join(root, 'dist/tssupervisord.cjs'), '-n', '-c', file], {
      stdio: 'ignore',
    });
  }

  async visit({ size, keys, seconds }: Visit): Promise<VisitFigures> {
    await using relay = await Relay.open(join(this.#dir, 'relay.sock'), join(this.#dir, 's.sock'));
    const argv = [join(root, 'dist/tssupervisorctl.cjs'), '-c', join(this.#dir, 'supervisord.conf'), 'dashboard'];
    let written = 0;
    let screen = '';
    const terminal = pty.spawn(process.execPath, argv, {
      cols: size.width,
      rows: size.height,
      cwd: this.#dir,
      env: { ...process.env, LANG: 'C.UTF-8', TERM: 'xterm-256color' },
    });
    const left = new Promise<void>((settle) => terminal.onExit(() => settle()));
    try {
      terminal.onData((text) => {
        written += Buffer.byteLength(text);
        screen = (screen + text).slice(-100_000);
      });
      await this.#until(() => screen.includes('p000') && childrenOf(this.#child.pid ?? 0) >= this.#count - 1);
      if (keys !== '') terminal.write(keys);
      await delay(SETTLE_MS);
      const daemonPid = this.#child.pid ?? 0;
      const figures = () => ({
        socket: relay.asked + relay.answered,
        written,
        cpu: cpuMsOf(terminal.pid),
        daemonCpu: cpuMsOf(daemonPid),
        at: performance.now(),
      });
      const before = figures();
      await delay(seconds * 1000);
      const after = figures();
      const megabytes = ownMegabytes(terminal.pid);
      const ms = after.at - before.at;
      terminal.write('q');
      await left;
      const leftAt = cpuMsOf(daemonPid);
      await delay(AFTER_MS);
      return {
        socketRate: ((after.socket - before.socket) / ms) * 1000,
        terminalRate: ((after.written - before.written) / ms) * 1000,
        cpu: ((after.cpu - before.cpu) / ms) * 100,
        daemonCpu: ((after.daemonCpu - before.daemonCpu) / ms) * 100,
        daemonCpuMsAfter: cpuMsOf(daemonPid) - leftAt,
        megabytes,
      };
    } finally {
      terminal.kill('SIGKILL');
      await left;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.#dir, { recursive: true, force: true });
  }

  async #until(isSo: () => boolean): Promise<void> {
    for (const end = performance.now() + START_DEADLINE_MS; !isSo(); await delay(50)) {
      if (performance.now() > end) throw new Error(`Waited in vain for ${this.#count} processes on the screen`);
    }
  }
}

function childrenOf(pid: number): number {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
    .split(' ')
    .filter((one) => one !== '').length;
}
