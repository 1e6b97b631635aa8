/**
 * `npm start`: the daemon in the foreground on etc/demo.conf. When the demo's servers answer, it says where they are
 * and what to type next. Ctrl-C ends the daemon and everything that it runs; the exit status is the daemon's.
 * Other words than the built daemon may be given, to see the demo under another one: `node scripts/start.mjs supervisord`.
 */
import { spawn } from 'node:child_process';
import { lstatSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Named in etc/demo.conf. Socket, logs and pidfile are here and not in the checkout, which may be read-only. */
const folder = '/tmp/tssupervisor-demo';
const urls = [8100, 8101, 8102, 8103].map((port) => `http://127.0.0.1:${port}/`);
const GIVE_UP_AFTER_MS = 20_000;

/** Whoever owns the folder can put a socket or a link there: it has to be ours alone. */
function makeFolder() {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== process.getuid() || (found.mode & 0o077) !== 0) {
    console.error(
      `Cannot use the folder "${folder}": expected one that is yours alone (is another user's demo running?)`,
    );
    process.exit(1);
  }
}

async function answers(url) {
  try {
    return (await (await fetch(url)).text()).startsWith('web_');
  } catch {
    return false;
  }
}

async function sayWhatToDo(signal) {
  const giveUpAt = performance.now() + GIVE_UP_AFTER_MS;
  let silent = urls;
  while (silent.length > 0 && performance.now() < giveUpAt) {
    await delay(100, undefined, { signal });
    const answered = await Promise.all(silent.map(answers));
    silent = silent.filter((_, index) => !answered[index]);
  }
  const up = urls.filter((url) => !silent.includes(url));
  console.log(`
  ${up.length} of ${urls.length} servers answer:  ${up.join('  ')}
${silent.length === 0 ? '' : `  No answer:          ${silent.join('  ')}  (is the port taken? npx tssupervisorctl tail web:web_00 stderr)\n`}
  In a second terminal, in this folder:
    npx tssupervisorctl dashboard          all of it, live; ? there shows the keys
    npx tssupervisorctl status             what runs
    npx tssupervisorctl restart 'web:*'    the four servers again
    npx tssupervisorctl tail -f logger     follow a log
    npx tssupervisorctl                    the shell; "help" lists its commands

  Ctrl-C here ends everything.
`);
}

makeFolder();
const command =
  process.argv.length > 2 ? process.argv.slice(2) : [process.execPath, join(root, 'dist/tssupervisord.cjs')];
const [file, ...words] = command;
const daemon = spawn(file, [...words, '-n', '-c', join(root, 'etc/demo.conf')], { stdio: 'inherit' });
const ended = new AbortController();
daemon.on('error', (error) => {
  console.error(`Cannot start "${command.join(' ')}": ${error.message}`);
  process.exit(1);
});
daemon.on('exit', (code) => {
  ended.abort();
  process.exitCode = code ?? 1;
  if (code === 0) rmSync(folder, { recursive: true, force: true }); // any other status: it may be another demo's
});
// Ctrl-C reaches the daemon too, being in the same terminal. A terminal that closes ends the demo: for the daemon
// alone SIGHUP would mean "read the configuration again".
process.on('SIGINT', () => daemon.kill('SIGINT'));
process.on('SIGTERM', () => daemon.kill('SIGTERM'));
process.on('SIGHUP', () => daemon.kill('SIGTERM'));
sayWhatToDo(ended.signal).catch((error) => {
  if (error.name !== 'AbortError') throw error;
});
