/**
 * Lets the control command and the daemon start from compiled code. Compiling the 90 kB of the one, and each function
 * when it is first called, takes 5 ms of the 15 that `status` takes beyond a bare `node -e 0`; of the 550 kB of the
 * other it takes 45 ms of 250. V8 can keep what it compiled in a file.
 *
 *   dist/tssupervisorctl.cjs                         a start of some lines, written here
 *   dist/parts/ctl-main.cjs                          the command, as it was bundled
 *   dist/parts/ctl-main-HASH-v20.20.2-x64.cache      what V8 made of it, after a few commands were run
 *
 * and likewise tssupervisord.cjs and daemon-main.cjs, whose cache is made when it has started a program and answered.
 * A cache is for the Node that ran the build: its version, its processor, this very bundle (HASH), its V8 and V8's
 * flags (V8 looks for itself). Under any other there is no such file, or V8 takes no notice of it, and the bundle is
 * compiled as ever. Nothing writes it when a command runs.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/** The names that a CommonJS module sees (Node's own wrapper). */
const WRAPPER = '(function (exports, require, module, __filename, __dirname) { ';

/**
 * V8's flags, which are set before anything is compiled: a cache is good for the very same ones only.
 *
 * The daemon has a heap that grows slowly, for it mostly waits. Until it has settled (src/daemon/memory.ts) nothing is
 * compiled by the optimising compiler either: what runs at the start runs once, and the compiler's threads would keep
 * 2 MB for it. The young generation stays as small as it begins: a thousand programs then cost 20 MB and not 30.
 */
const programs = {
  ctl: { command: 'tssupervisorctl', flags: [], run: runCommands },
  daemon: {
    command: 'tssupervisord',
    flags: ['--optimize-for-size', '--no-opt', '--semi-space-growth-factor=1'],
    run: runDaemon,
  },
};

/** Positions in stack traces are the bundle's: the wrapper stands in negative columns. */
const startOf = (program, hash, banner) => `${banner}
'use strict';
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');
${programs[program].flags.map((flag) => `require('node:v8').setFlagsFromString('${flag}');\n`).join('')}
const filename = __dirname + '/parts/${program}-main.cjs';
let cachedData;
try {
  cachedData = readFileSync(__dirname + '/parts/${program}-main-${hash}-' + process.version + '-' + process.arch + '.cache');
} catch {}
const source = '${WRAPPER}' + readFileSync(filename, 'latin1') + '\\n})';
const script = new Script(source, { filename, columnOffset: -${WRAPPER.length}, cachedData });
script.runInThisContext().call(exports, exports, require, module, filename, __dirname);
`;

/**
 * Writes a program's start and its cache into `dist`, where its bundle and the native addon are. `banner` is the first
 * line of the start, or lines. Answers the cache's file.
 */
export async function writeCodeCache(dist, program, banner) {
  const bundle = readFileSync(join(dist, 'parts', `${program}-main.cjs`));
  if (bundle.some((byte) => byte > 0x7f)) throw new Error(`Cannot cache ${program}: its bundle is not ASCII`);
  const hash = createHash('sha256').update(bundle).digest('hex').slice(0, 12);
  writeFileSync(join(dist, `${programs[program].command}.cjs`), startOf(program, hash, banner));
  const cache = join(dist, 'parts', `${program}-main-${hash}-${process.version}-${process.arch}.cache`);
  const folder = mkdtempSync(join(tmpdir(), 'tssupervisor-build-'));
  // Who is asked by the control command; the daemon listens beside it.
  const server = createServer((socket) => socket.on('data', (request) => socket.write(answerTo(String(request)))));
  try {
    const path = join(folder, 'asked.sock');
    await new Promise((resolve, reject) => server.once('error', reject).listen(path, resolve));
    writeFileSync(join(folder, 'supervisord.conf'), configOf(folder, path));
    await record(dist, program, cache, folder);
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return cache;
}

const configOf = (folder, path) => `[supervisorctl]
serverurl=unix://${path}
[unix_http_server]
file=${folder}/daemon.sock
[supervisord]
logfile=${folder}/supervisord.log
pidfile=${folder}/supervisord.pid
childlogdir=${folder}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[program:web]
command=/bin/cat
`;

/** In a process of its own, which has the flags that the command will have, and which may end in the middle. */
async function record(...words) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 60_000,
  });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`Cannot cache the code of ${words[1]}: running it ended with ${code}`);
}

async function recordHere(dist, program, cache, folder) {
  const { flags, command, run } = programs[program];
  for (const flag of flags) setFlagsFromString(flag);
  const filename = join(dist, 'parts', `${program}-main.cjs`);
  const source = `${WRAPPER}${readFileSync(filename, 'latin1')}\n})`;
  const script = new Script(source, { filename, columnOffset: -WRAPPER.length });
  const start = join(dist, `${command}.cjs`);
  const require = process.getBuiltinModule('node:module').createRequire(start);
  await run(folder, (words) => {
    process.argv = [process.execPath, start, '-c', join(folder, 'supervisord.conf'), ...words];
    script.runInThisContext()({}, require, { exports: {} }, filename, dist);
  });
  writeFileSync(cache, script.createCachedData());
}

/** What is run for the cache: its functions are in it, compiled. More of them only make it slower to read. */
async function runCommands(_folder, run) {
  for (const words of [['status'], ['restart', 'web'], ['pid']]) {
    const code = await new Promise((resolve) => {
      process.exit = resolve;
      run(words);
    });
    if (code !== 0) throw new Error(`"${words.join(' ')}" ended with ${code}`);
  }
}

/** A daemon up to its first answer. Its program ends with it: nothing comes to its standard input any more. */
async function runDaemon(folder, run) {
  run(['--nodaemon']);
  const body = "<?xml version='1.0'?><methodCall><methodName>supervisor.getState</methodName></methodCall>";
  const request = `POST /RPC2 HTTP/1.1\r\nContent-Type: text/xml\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const hasAnswered = () =>
    new Promise((resolve) => {
      const socket = connect(join(folder, 'daemon.sock'), () => socket.write(request));
      socket.once('error', () => resolve(false));
      socket.once('data', () => resolve(true));
    });
  for (let tries = 0; !(await hasAnswered()); tries += 1) {
    if (tries === 1000) throw new Error('The daemon does not answer');
    await delay(20);
  }
}

/** A daemon with one process. */
function answerTo(request) {
  const string = (text) => `<value><string>${text}</string></value>\n`;
  const int = (number) => `<value><int>${number}</int></value>\n`;
  const struct = (members) => `<value><struct>\n${members.join('')}</struct></value>\n`;
  const member = (name, value) => `<member>\n<name>${name}</name>\n${value}</member>\n`;
  const array = (items) => `<value><array><data>\n${items}</data></array></value>\n`;
  const info = struct([
    ...[member('name', string('web')), member('group', string('web'))],
    ...[member('start', int(1)), member('stop', int(0)), member('now', int(2))],
    ...[member('state', int(20)), member('statename', string('RUNNING')), member('spawnerr', string(''))],
    ...[member('exitstatus', int(0)), member('logfile', string('/w')), member('stdout_logfile', string('/w'))],
    ...[member('stderr_logfile', string('')), member('pid', int(3)), member('description', string('pid 3'))],
  ]);
  const answers = {
    'system.multicall': array(string('3.0') + array(info)),
    'supervisor.getVersion': string('3.0'),
    'supervisor.getPID': int(1),
  };
  const method = /<methodName>([^<]*)</.exec(request)?.[1] ?? '';
  const value = answers[method] ?? '<value><boolean>1</boolean></value>\n';
  const body = `<?xml version='1.0'?>\n<methodResponse>\n<params>\n<param>\n${value}</param>\n</params>\n</methodResponse>\n`;
  return `HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [dist = '', program = '', cache = '', folder = ''] = process.argv.slice(2);
  const exit = process.exit;
  recordHere(dist, program, cache, folder).then(
    () => exit(0),
    (error) => {
      console.error(error.message);
      exit(1);
    },
  );
}
