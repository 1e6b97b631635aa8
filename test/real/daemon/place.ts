import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandResult, plainEnvironment, runCommand } from '../../support/command.ts';
import type { DaemonKind } from '../../support/daemon.ts';
import { processesWith } from '../../support/processes.ts';
import { until } from '../../support/until.ts';
import { textOf } from './support.ts';

export const isRoot = process.getuid?.() === 0;

/** The sections that every file needs, all paths in its folder. */
export const sections = `[unix_http_server]
file=%(here)s/s.sock
[supervisord]
logfile=%(here)s/d.log
pidfile=%(here)s/d.pid
childlogdir=%(here)s
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://%(here)s/s.sock
`;

/** A folder with a configuration, the daemons that were started on it, and the end of them all. */
export class Place implements AsyncDisposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  readonly kind: DaemonKind;
  readonly #marker = randomUUID();

  constructor(kind: DaemonKind, config = sections) {
    this.kind = kind;
    this.write('s.conf', config);
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  text(name: string): string {
    return textOf(this.path(name));
  }

  write(name: string, text: string): void {
    writeFileSync(this.path(name), text);
  }

  get env(): Record<string, string> {
    return { TSSUPERVISOR_TEST: this.#marker };
  }

  /** Runs a daemon's command to its end: for a daemon in the background that is when it is up. */
  run(...args: string[]): Promise<CommandResult> {
    return runCommand([...this.kind.daemon, ...args], { cwd: this.dir, env: this.env });
  }

  ctl(...args: string[]): Promise<CommandResult> {
    return runCommand([...this.kind.ctl, '-c', this.path('s.conf'), ...args], { cwd: this.dir });
  }

  /** A daemon in the foreground. */
  start(...args: string[]): Foreground {
    const [file = '', ...words] = this.kind.daemon;
    const child = spawn(file, [...words, '-n', '-c', this.path('s.conf'), ...args], {
      cwd: this.dir,
      env: plainEnvironment(this.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Foreground(child);
  }

  get pid(): number {
    return Number(this.text('d.pid'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const left = () => processesWith(`TSSUPERVISOR_TEST=${this.#marker}`);
      for (const { pid } of left()) killIfThere(pid, signal);
      await until('all are gone', () => left().length === 0, { deadlineMs: 8000 }).catch((error) => {
        if (signal === 'SIGKILL') throw error;
      });
    }
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** It may have ended since it was looked for. */
function killIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export class Foreground {
  output = '';
  readonly pid: number;
  readonly ended: Promise<number | string>;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (piece) => (this.output += piece));
    this.ended = new Promise((settle) => {
      child.on('close', (code, signal) => settle(code ?? signal ?? 'none'));
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  says(words: string): Promise<true> {
    return until(`it says ${words}`, () => this.output.includes(words) && true, { evidence: () => this.output });
  }
}

export const started = 'supervisord started with pid';
export const inUse =
  'Error: Another program is already listening on a port that one of our HTTP servers is configured to use.  Shut this program down first before starting supervisord.\n';

/** Whether somebody accepts there. */
export const answers = (port: number, host = '127.0.0.1') =>
  new Promise<boolean>((settle) => {
    const socket = createConnection({ port, host });
    socket.on('connect', () => {
      socket.destroy();
      settle(true);
    });
    socket.on('error', () => settle(false));
  });
