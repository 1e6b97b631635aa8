/**
 * Lets the control command start from compiled code. Compiling its 75 kB, and each function when it is first called,
 * takes 5 ms of the 15 that `status` takes beyond a bare `node -e 0`; V8 can keep what it compiled in a file.
 *
 *   dist/tssupervisorctl.cjs                         a start of ten lines, written here
 *   dist/parts/ctl-main.cjs                          the command, as it was bundled
 *   dist/parts/ctl-main-HASH-v20.20.2-x64.cache      what V8 made of it, after a few commands were run
 *
 * The cache is for the Node that ran the build: its version, its processor, this very bundle (HASH), its V8 and V8's
 * flags (V8 looks for itself). Under any other there is no such file, or V8 takes no notice of it, and the bundle is
 * compiled as ever. Nothing writes it when the command runs.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

/** The names that a CommonJS module sees (Node's own wrapper). */
const WRAPPER = '(function (exports, require, module, __filename, __dirname) { ';

/** Positions in stack traces are the bundle's: the wrapper stands in negative columns. */
const startOf = (hash) => `#!/usr/bin/env node
'use strict';
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');
const filename = __dirname + '/parts/ctl-main.cjs';
let cachedData;
try {
  cachedData = readFileSync(__dirname + '/parts/ctl-main-${hash}-' + process.version + '-' + process.arch + '.cache');
} catch {}
const source = '${WRAPPER}' + readFileSync(filename, 'latin1') + '\\n})';
const script = new Script(source, { filename, columnOffset: -${WRAPPER.length}, cachedData });
script.runInThisContext().call(exports, exports, require, module, filename, __dirname);
`;

/** What is run for the cache: its functions are in it, compiled. More of them only make it slower to read. */
const commands = [['status'], ['restart', 'web'], ['pid']];

/** Writes the start and the cache of `dist`, in which the command and the native addon are. Answers the cache's file. */
export async function writeCodeCache(dist) {
  const bundle = readFileSync(join(dist, 'parts', 'ctl-main.cjs'));
  if (bundle.some((byte) => byte > 0x7f)) throw new Error('Cannot cache the control command: its bundle is not ASCII');
  const hash = createHash('sha256').update(bundle).digest('hex').slice(0, 12);
  writeFileSync(join(dist, 'tssupervisorctl.cjs'), startOf(hash));
  const cache = join(dist, 'parts', `ctl-main-${hash}-${process.version}-${process.arch}.cache`);
  const folder = mkdtempSync(join(tmpdir(), 'tssupervisor-build-'));
  const server = createServer((socket) => socket.on('data', (request) => socket.write(answerTo(String(request)))));
  try {
    const path = join(folder, 's.sock');
    await new Promise((resolve, reject) => server.once('error', reject).listen(path, resolve));
    writeFileSync(
      join(folder, 's.conf'),
      `[supervisorctl]\nserverurl=unix://${path}\n[program:web]\ncommand=/bin/web\n`,
    );
    await record(dist, cache, join(folder, 's.conf'));
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return cache;
}

/** In a process of its own, which has the flags that the command will have, and which may end in the middle. */
async function record(...words) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: 60_000,
  });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`Cannot cache the control command: running it ended with ${code}`);
}

async function runCommands(dist, cache, config) {
  const filename = join(dist, 'parts', 'ctl-main.cjs');
  const source = `${WRAPPER}${readFileSync(filename, 'latin1')}\n})`;
  const script = new Script(source, { filename, columnOffset: -WRAPPER.length });
  const start = join(dist, 'tssupervisorctl.cjs');
  const require = process.getBuiltinModule('node:module').createRequire(start);
  for (const words of commands) {
    process.argv = [process.execPath, start, '-c', config, ...words];
    const code = await new Promise((resolve) => {
      process.exit = resolve;
      script.runInThisContext()({}, require, { exports: {} }, filename, dist);
    });
    if (code !== 0) throw new Error(`"${words.join(' ')}" ended with ${code}`);
  }
  writeFileSync(cache, script.createCachedData());
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
  const [dist = '', cache = '', config = ''] = process.argv.slice(2);
  const exit = process.exit;
  runCommands(dist, cache, config).then(
    () => exit(0),
    (error) => {
      console.error(error.message);
      exit(1);
    },
  );
}
