/**
 * A daemon of its own for each real test: started in a fresh folder, ready when it answers, and at the end proof
 * that nothing of it is left. Works the same with ours (as built in dist/) and with Debian's supervisord.
 *
 *     await using daemon = await startDaemon({ config: '[program:cat]\ncommand=cat\n' });
 *     expect((await daemon.ctl('status')).stdout).toMatch(/^cat +RUNNING/);
 *
 * `config` is a whole file or only its programs: the sections that every file needs are added where they are
 * missing, all their paths inside `dir`. `%(here)s` is `dir`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import type { XmlRpcValue } from '../../src/rpc/xml.ts';
import { encodeCall } from '../../src/rpc/xml.ts';
import { decodeResponse } from '../../src/rpc/xml-parser.ts';
import { type CommandResult, plainEnvironment, runCommand } from './command.ts';
import { descendants, isSameProcess, processesWith, type SeenProcess, seeProcess } from './processes.ts';
import { until } from './until.ts';

/** How a daemon and its control command are started: the words before their options. */
export interface DaemonKind {
  readonly name: string;
  readonly daemon: readonly string[];
  readonly ctl: readonly string[];
}

export const checkout: string = resolve(import.meta.dirname, '../..');

/** Where our commands are: another place to test an installed package (.ci/run does). */
export const dist: string = process.env['TSSUPERVISOR_DIST'] ?? join(checkout, 'dist');

export const ours: DaemonKind = {
  name: 'tssupervisord',
  daemon: [process.execPath, join(dist, 'tssupervisord.cjs')],
  ctl: [process.execPath, join(dist, 'tssupervisorctl.cjs')],
};

/** Needs the Debian package supervisor: see `needs` in skips.ts. */
export const debian: DaemonKind = {
  name: 'supervisord of Debian',
  daemon: ['/usr/bin/supervisord'],
  ctl: ['/usr/bin/supervisorctl'],
};

/** Grandchildren may need a moment after the daemon has gone. */
const LEFT_DEADLINE_MS = 3_000;

export interface DaemonOptions {
  /** Text of the configuration; missing standard sections are added. */
  readonly config: string;
  /** `ours` if not given. */
  readonly kind?: DaemonKind;
  /** More options for the daemon, after `-n -c FILE`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A folder with the files that the configuration needs; made, and removed at the end, if not given. */
  readonly dir?: string;
  /** Where the daemon listens, if `config` has an [unix_http_server] of its own. Relative to `dir`. */
  readonly socket?: string;
}

const standardSections: Readonly<Record<string, string>> = {
  unix_http_server: 'file=%(here)s/supervisor.sock',
  supervisord: 'logfile=%(here)s/supervisord.log\npidfile=%(here)s/supervisord.pid\nchildlogdir=%(here)s',
  'rpcinterface:supervisor': 'supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface',
  supervisorctl: 'serverurl=unix://%(here)s/supervisor.sock',
};

function complete(config: string): string {
  const missing = Object.entries(standardSections).filter(([name]) => !config.includes(`[${name}]`));
  return `${missing.map(([name, body]) => `[${name}]\n${body}\n\n`).join('')}${config}`;
}

/** Daemons that still run when the test process ends early are told to end too. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM');
});

export class TestDaemon implements AsyncDisposable {
  readonly kind: DaemonKind;
  readonly dir: string;
  /** The configuration file in `dir`; change it with `writeConfig`. */
  readonly file: string;
  readonly socket: string;
  readonly pid: number;
  /** The exit status of the daemon, once it has ended. */
  readonly ended: Promise<number>;
  readonly #child: ChildProcess;
  readonly #marker: string;
  #isOver = false;

  constructor(options: DaemonOptions) {
    this.kind = options.kind ?? ours;
    this.dir = options.dir ?? mkdtempSync(join(tmpdir(), 'tssupervisor-'));
    this.file = join(this.dir, 'supervisord.conf');
    this.socket = resolve(this.dir, options.socket ?? 'supervisor.sock');
    this.#marker = `TSSUPERVISOR_TEST=${randomUUID()}`;
    this.writeConfig(options.config);
    const [file = '', ...words] = this.kind.daemon;
    const output = openSync(join(this.dir, 'output'), 'a');
    this.#child = spawn(file, [...words, '-n', '-c', this.file, ...(options.args ?? [])], {
      cwd: this.dir,
      env: plainEnvironment({ ...options.env, TSSUPERVISOR_TEST: this.#marker.slice('TSSUPERVISOR_TEST='.length) }),
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    running.add(this.#child);
    this.pid = this.#child.pid ?? 0;
    this.ended = new Promise((settle) => {
      this.#child.on('error', () => settle(127));
      this.#child.on('exit', (code) => settle(code ?? 128));
    });
    this.ended.then(() => {
      this.#isOver = true;
      running.delete(this.#child);
    });
  }

  /** Replaces the configuration file; the daemon reads it when it is told to. */
  writeConfig(config: string): void {
    writeFileSync(this.file, complete(config));
  }

  /** What the daemon wrote so far: its log, which -n copies to its stdout, and its stderr. */
  log(): string {
    return readFileSync(join(this.dir, 'output'), 'utf8');
  }

  /** Runs the daemon's own control command against it. */
  ctl(...args: string[]): Promise<CommandResult> {
    return this.ctlOf(this.kind, ...args);
  }

  /** Runs another kind's control command against this daemon. */
  ctlOf(kind: DaemonKind, ...args: string[]): Promise<CommandResult> {
    return runCommand([...kind.ctl, '-c', this.file, ...args], { cwd: this.dir });
  }

  /** Calls by XML-RPC; a refusal is thrown as a Fault. */
  async rpc(method: string, ...params: XmlRpcValue[]): Promise<XmlRpcValue> {
    const answer = decodeResponse(await post(this.socket, encodeCall(method, params)));
    if ('value' in answer) return answer.value;
    throw answer instanceof Error
      ? answer
      : new Error(`Cannot read the answer to ${method}: ${JSON.stringify(answer)}`);
  }

  /** `until` with the daemon's log in its message; fails at once if the daemon has ended. */
  until<Answer>(
    what: string,
    ask: () => Answer | undefined | false | Promise<Answer | undefined | false>,
  ): Promise<Answer> {
    return until(what, ask, { evidence: () => this.log(), hopeless: () => this.#isOver });
  }

  /** Waits until it answers on its socket. */
  async ready(): Promise<void> {
    await this.until('the daemon answers', async () => (await this.rpc('supervisor.getState')) !== undefined);
  }

  /** The daemon's children and theirs, as they are now. */
  descendants(): SeenProcess[] {
    return descendants(this.pid);
  }

  /**
   * Ends the daemon by SIGTERM if it still runs, removes its folder and answers its exit status. Throws if a
   * process is left that it started, directly or not, or that has its environment; that is killed.
   */
  async stop(): Promise<number> {
    const known = this.descendants();
    const left = () => [...known.filter(isSameProcess), ...processesWith(this.#marker)];
    try {
      this.#child.kill('SIGTERM');
      await until('the daemon ends after SIGTERM', () => this.#isOver, { evidence: () => this.log() });
      const names = () => left().map(({ pid, command }) => `${pid} ${command}\n`);
      await until('nothing of the daemon is left', () => left().length === 0, {
        deadlineMs: LEFT_DEADLINE_MS,
        evidence: () => `${names().join('')}${this.log()}`,
      });
      return await this.ended;
    } finally {
      await until('what was left is gone', () => {
        const rest = left();
        for (const { pid } of rest) process.kill(pid, 'SIGKILL');
        return rest.length === 0;
      });
      rmSync(this.dir, { recursive: true, force: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** A test that failed before it stopped its daemon leaves none behind all the same. */
function endWithTest(daemon: TestDaemon): void {
  try {
    onTestFinished(async () => void (await daemon.stop()));
  } catch {
    // started by a beforeAll, for several tests: that ends it
  }
}

/** Starts a daemon and waits until it answers; throws with its output if it ends instead. */
export async function startDaemon(options: DaemonOptions): Promise<TestDaemon> {
  const daemon = new TestDaemon(options);
  endWithTest(daemon);
  try {
    await daemon.ready();
  } catch (error) {
    await daemon.stop();
    throw error;
  }
  return daemon;
}

/** Whether `pid` runs now (a zombie does not). */
export function isAlive(pid: number): boolean {
  return seeProcess(pid) !== undefined;
}

function post(socketPath: string, body: string): Promise<Buffer> {
  return new Promise((settle, reject) => {
    const headers = { 'Content-Type': 'text/xml', 'Content-Length': Buffer.byteLength(body) };
    const call = request({ socketPath, path: '/RPC2', method: 'POST', headers, agent: false }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200) settle(Buffer.concat(pieces));
        else reject(new Error(`The daemon answered ${answer.statusCode} ${answer.statusMessage}`));
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}
