import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { decodeAnswer } from '../../src/ctl/answer.ts';
import { type Supervisor, supervisorOver } from '../../src/ctl/supervisor.ts';
import { RpcClient } from '../../src/rpc/rpc-client.ts';
import type { XmlRpcStruct } from '../../src/rpc/xml.ts';

/**
 * Plays the same commands on two control commands, or two daemons, or both, and says what people saw: standard
 * output, standard error and exit code, with what differs from run to run (pids, times, folders) masked.
 *
 * A scene is a configuration and a list of steps (ctl-script.ts). A scene that changes nothing is played by
 * both control commands on one daemon; any other is played from the start on a fresh daemon for each.
 */

/** The words of a command, `['node', 'dist/tssupervisorctl.cjs']`. */
export type CommandWords = readonly string[];

export interface Pairing {
  readonly ctl: ControlCommand;
  readonly daemon: CommandWords;
}

/** One run of a control command. */
export interface Invocation {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly stdin: string;
  readonly interruptAt: string | undefined;
}

export interface ControlCommand {
  /** How it names itself in messages. */
  readonly program: string;
  run(invocation: Invocation): Promise<Seen>;
}

export interface Step {
  /** `-c FILE` is put in front. `{here}` stands for the scene's folder. */
  readonly args: readonly string[];
  /** The arguments stand for themselves: no `-c FILE` in front. */
  readonly isBare?: true;
  /** What is piped in; nothing, if left out. */
  readonly stdin?: string;
  /** Ctrl-C as soon as standard output holds this. */
  readonly interruptAt?: string;
  /** Before the command: the configuration is replaced. */
  readonly rewrite?: string;
  /** Before the command: until each process is in this state. */
  readonly waitFor?: Readonly<Record<string, string>>;
  /** It changes nothing, and counts only if those of `waitFor` were left alone by the daemon meanwhile; else once more. */
  readonly isRepeated?: true;
  /** Only the lines of standard output in sorted order count, for what comes in any order. */
  readonly inAnyOrder?: true;
}

export interface Scene {
  readonly name: string;
  /** The configuration; `{here}` stands for the folder it is in. */
  readonly config: string;
  /** Further files, name to content. */
  readonly files?: Readonly<Record<string, string>>;
  /** How the harness itself reaches the daemon; undefined: none is started. */
  readonly serverurl?: string;
  readonly login?: readonly [username: string, password: string];
  /** States to wait for before the first step. */
  readonly ready?: Readonly<Record<string, string>>;
  readonly isReadOnly?: true;
  readonly steps: readonly Step[];
}

export interface Seen {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | string;
}

const DEADLINE_MS = 40_000;
const POLL_MS = 50;
const SETTLE_MS = 300;
const MOST_REPEATS = 5;

/** Plays `scene` with each pairing; answers with what each saw, step by step. */
export async function playScene(scene: Scene, pairings: readonly Pairing[]): Promise<Seen[][]> {
  const [first] = pairings;
  if (first === undefined) return [];
  if (!scene.isReadOnly) return Promise.all(pairings.map((pairing) => playAlone(scene, pairing)));
  await using stage = await Stage.open(scene, first.daemon);
  return await Promise.all(pairings.map(({ ctl }) => stage.play(ctl)));
}

async function playAlone(scene: Scene, { ctl, daemon }: Pairing): Promise<Seen[]> {
  await using stage = await Stage.open(scene, daemon);
  return await stage.play(ctl);
}

/** A folder, a configuration in it, and a daemon that runs it. */
class Stage implements AsyncDisposable {
  readonly #scene: Scene;
  readonly #folder: string;
  #daemon: ChildProcess | undefined;

  private constructor(scene: Scene, folder: string) {
    this.#scene = scene;
    this.#folder = folder;
  }

  static async open(scene: Scene, daemon: CommandWords): Promise<Stage> {
    const stage = new Stage(scene, await mkdtemp(join(tmpdir(), 'ctl-')));
    try {
      await stage.#writeConfig(scene.config);
      for (const [name, content] of Object.entries(scene.files ?? {})) {
        await writeFile(join(stage.#folder, name), content, { mode: 0o644 });
      }
      if (scene.serverurl !== undefined) await stage.#start(daemon);
      return stage;
    } catch (error) {
      await stage[Symbol.asyncDispose]();
      throw error;
    }
  }

  async play(ctl: ControlCommand): Promise<Seen[]> {
    const seen: Seen[] = [];
    for (const step of this.#scene.steps) {
      if (step.rewrite !== undefined) await this.#writeConfig(step.rewrite);
      seen.push(await this.#perform(ctl, step));
    }
    return seen;
  }

  async #perform(ctl: ControlCommand, step: Step): Promise<Seen> {
    const { waitFor = {}, isRepeated = false } = step;
    for (let left = MOST_REPEATS; ; left -= 1) {
      await this.#waitFor(waitFor);
      const before = isRepeated ? await this.#lives(waitFor) : '';
      const seen = await this.#run(ctl, step);
      if (!isRepeated || left === 0 || (await this.#lives(waitFor)) === before) return seen;
    }
  }

  /** When these processes were started and ended last: the same text again is the same life, or wait. */
  async #lives(names: Readonly<Record<string, string>>): Promise<string> {
    const client = this.#client();
    const infos = (await client.call('supervisor.getAllProcessInfo')) as readonly XmlRpcStruct[];
    client.close();
    const meant = infos.filter(({ name }) => Object.hasOwn(names, String(name)));
    return JSON.stringify(meant.map(({ name, statename, start, stop }) => [name, statename, start, stop]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const daemon = this.#daemon;
    await writeFile(join(this.#folder, 'the-end'), ''); // what scenes keep processes waiting for
    if (daemon !== undefined && daemon.exitCode === null && daemon.signalCode === null) {
      const gone = once(daemon, 'exit');
      daemon.kill('SIGTERM');
      await within(gone, 'the daemon to end');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #start(words: CommandWords): Promise<void> {
    const [command = '', ...args] = words;
    this.#daemon = spawn(command, [...args, '-n', '-c', join(this.#folder, 's.conf')], {
      cwd: this.#folder,
      env: environment,
      stdio: 'ignore',
    });
    const client = this.#client();
    const isUp = async () => {
      try {
        await client.call('system.listMethods');
        return true;
      } catch {
        return false;
      } finally {
        client.close();
      }
    };
    await this.#until(isUp, 'the daemon to answer');
    await this.#waitFor(this.#scene.ready ?? {});
  }

  async #waitFor(states: Readonly<Record<string, string>>): Promise<void> {
    if (Object.keys(states).length === 0) return;
    const client = this.#client();
    const supervisor: Supervisor = supervisorOver(client);
    await this.#until(
      async () => {
        const infos = await supervisor.getAllProcessInfo();
        client.close();
        return Object.entries(states).every(([name, state]) =>
          infos.some((info) => info.name === name && info.statename === state),
        );
      },
      `the states ${JSON.stringify(states)}`,
    );
  }

  async #until(isTrue: () => Promise<boolean>, what: string): Promise<void> {
    const deadline = Date.now() + DEADLINE_MS;
    while (!(await isTrue())) {
      if (Date.now() > deadline) {
        const log = await readFile(join(this.#folder, 'd.log'), 'utf8').catch(() => 'no log');
        throw new Error(`Waited in vain for ${what}; the log says:\n${log}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  #client(): RpcClient {
    const [username, password] = this.#scene.login ?? [undefined, undefined];
    return new RpcClient({ serverurl: this.#here(this.#scene.serverurl ?? ''), username, password }, decodeAnswer);
  }

  async #run(ctl: ControlCommand, step: Step): Promise<Seen> {
    const file = step.isBare ? [] : ['-c', join(this.#folder, 's.conf')];
    const seen = await ctl.run({
      args: [...file, ...step.args.map((arg) => this.#here(arg))],
      cwd: this.#folder,
      stdin: step.stdin ?? '',
      interruptAt: step.interruptAt,
    });
    const mask = (text: string) => masked(text, this.#folder, ctl.program);
    const lines = mask(seen.stdout);
    return {
      stdout: step.inAnyOrder ? lines.split('\n').sort().join('\n') : lines,
      stderr: mask(seen.stderr),
      code: seen.code,
    };
  }

  #here(text: string): string {
    return text.replaceAll('{here}', this.#folder);
  }

  async #writeConfig(text: string): Promise<void> {
    await writeFile(join(this.#folder, 's.conf'), this.#here(text));
  }
}

/** A control command that is started for each step, as people start it. */
export function startedEachTime(words: CommandWords): ControlCommand {
  const [command = '', ...first] = words;
  const run = async ({ args, cwd, stdin, interruptAt }: Invocation): Promise<Seen> => {
    // A session of its own: without a terminal, wherever the tests are run.
    const child = spawn(command, [...first, ...args], { cwd, env: environment, detached: true });
    let stdout = '';
    let stderr = '';
    let isInterrupted = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (interruptAt === undefined || isInterrupted || !stdout.includes(interruptAt)) return;
      isInterrupted = true;
      // Python shows Ctrl-C as a broken connection while it is still busy with the text.
      setTimeout(() => child.kill('SIGINT'), SETTLE_MS);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdin.on('error', () => {}); // it may end without reading
    child.stdin.end(stdin);
    const closed = once(child, 'close') as Promise<[number | null, string | null]>;
    const [code, signal] = await within(closed, `"${args.join(' ')}" to end`).catch((error: unknown) => {
      child.kill('SIGKILL');
      throw error;
    });
    return { stdout, stderr, code: code ?? signal ?? 'none' };
  };
  return { program: words.at(-1) ?? '', run };
}

/** Supervisor's own, imported once and forked for each step: starting Python takes longer than most steps do. */
export class ForkedSupervisorctl implements ControlCommand, AsyncDisposable {
  readonly program = '/usr/bin/supervisorctl';
  readonly #server = spawn('/usr/bin/python3', [fileURLToPath(new URL('oracle-ctl.py', import.meta.url))], {
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  readonly #answers = createInterface({ input: this.#server.stdout });

  async run(invocation: Invocation): Promise<Seen> {
    this.#server.stdin.write(`${JSON.stringify(invocation)}\n`);
    const [line] = (await within(once(this.#answers, 'line'), 'supervisorctl to end')) as [string];
    return JSON.parse(line) as Seen;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#server, 'exit');
    this.#server.stdin.end();
    await within(gone, 'the forking server to end');
  }
}

const environment = {
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '/',
  LANG: 'C.UTF-8',
};

async function within<Value>(promise: Promise<Value>, what: string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited in vain for ${what}`)), DEADLINE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** What is not the same in two runs of the same thing. */
function masked(text: string, folder: string, ctl: string): string {
  return text
    .replaceAll(folder, '{here}')
    .replaceAll(ctl, '{ctl}')
    .replace(/\bpid \d+/g, 'pid N')
    .replace(/(^|> )[1-9]\d+$/gm, '$1N')
    .replace(/uptime \d+:\d\d:\d\d/g, 'uptime T')
    .replace(/\b[A-Z][a-z]{2} \d\d \d\d:\d\d [AP]M/g, 'DATE')
    .replace(/: file: \S+ line: \d+$/gm, ': file: F line: L');
}
