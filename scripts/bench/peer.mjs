/** A daemon under measurement: its own folder, its programs, and the file in which they say when they started. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const DEADLINE_MS = 30_000;

/** Waits until `ask` answers anything but undefined. */
export async function until(what, ask) {
  const giveUpAt = performance.now() + DEADLINE_MS;
  while (performance.now() < giveUpAt) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await delay(2);
  }
  throw new Error(`Waited ${DEADLINE_MS / 1000} seconds in vain until ${what}`);
}

/** Each program notes its name, its pid and the time by the machine's clock, and sleeps. */
function configuration(dir, programs) {
  const note = `echo $SUPERVISOR_PROCESS_NAME $$ $(date +%%s%%N) >>${dir}/started; exec sleep 100000`;
  const program = `
[program:p]
command=/bin/sh -c '${note}'
process_name=%(program_name)s_%(process_num)03d
numprocs=${programs}
startsecs=0
autorestart=true
redirect_stderr=true
`;
  // Supervisor closes minfds descriptors in each program: no more than it needs.
  return `
[unix_http_server]
file=${dir}/supervisor.sock
[supervisord]
logfile=${dir}/supervisord.log
pidfile=${dir}/supervisord.pid
childlogdir=${dir}
minfds=${3 * programs + 100}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${dir}/supervisor.sock
${programs > 0 ? program : ''}`;
}

/** All that run now, for a run that is broken off. */
const running = new Set();

export async function stopAll() {
  await Promise.all([...running].map((peer) => peer.stop()));
}

export class Peer {
  #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #child;
  #ended;

  /** @param kind `{ name, daemon, ctl }`, the last two as the words of a command */
  constructor(kind, dir, programs) {
    this.kind = kind;
    this.dir = dir;
    this.programs = programs;
    mkdirSync(dir);
    this.file = join(dir, 'supervisord.conf');
    writeFileSync(this.file, configuration(dir, programs));
    const output = openSync(join(dir, 'output'), 'a');
    const [file, ...words] = kind.daemon;
    this.#child = spawn(file, [...words, '-n', '-c', this.file], { stdio: ['ignore', output, output], cwd: dir });
    closeSync(output);
    this.#ended = new Promise((settle) => {
      this.#child.on('error', settle);
      this.#child.on('exit', settle);
    });
    running.add(this);
  }

  get pid() {
    return this.#child.pid;
  }

  /** The lines that the programs wrote, oldest first; the time in milliseconds. */
  starts() {
    const file = join(this.dir, 'started');
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' '))
      .filter((words) => words.length === 3)
      .map(([name, pid, nanoseconds]) => ({ name, pid: Number(pid), at: Number(nanoseconds) / 1e6 }));
  }

  /** Calls a method without arguments and answers the XML. */
  call(method) {
    const body = `<?xml version='1.0'?><methodCall><methodName>${method}</methodName><params></params></methodCall>`;
    const options = {
      socketPath: join(this.dir, 'supervisor.sock'),
      path: '/RPC2',
      method: 'POST',
      agent: this.#agent,
    };
    const headers = { 'Content-Type': 'text/xml', 'Content-Length': Buffer.byteLength(body) };
    return new Promise((settle, reject) => {
      const call = request({ ...options, headers }, (answer) => {
        const pieces = [];
        answer.on('data', (piece) => pieces.push(piece));
        answer.on('error', reject);
        answer.on('end', () => settle(Buffer.concat(pieces).toString()));
      });
      call.on('error', reject);
      call.end(body);
    });
  }

  async answers() {
    await until(`${this.kind.name} answers (see ${this.dir}/output)`, async () => {
      if (this.#child.exitCode !== null) throw new Error(readFileSync(join(this.dir, 'output'), 'utf8'));
      return this.call('supervisor.getState').catch(() => undefined);
    });
  }

  async allStarted() {
    await until(`all programs of ${this.kind.name} have started`, () =>
      this.starts().length >= this.programs ? true : undefined,
    );
  }

  async stop() {
    running.delete(this);
    this.#agent.destroy();
    this.#child.kill('SIGTERM');
    await this.#ended;
  }
}
