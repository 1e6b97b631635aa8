/**
 * `npm run bench`: the figures that users notice, ours and those of an installed supervisord, in about a minute.
 * See docs/performance.md. Quick and for orientation: samples of the two are taken by turns, and the ratio is what to
 * look at.
 */
import { accessSync, constants, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryWithoutPrograms, startOfMany, withPrograms } from './bench/figures.mjs';
import { stopAll } from './bench/peer.mjs';

delete process.env.NODE_EXTRA_CA_CERTS; // costs every start of Node 20 some 50 ms
const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist');

function find(command) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return join(folder, command);
    } catch {
      // not in this one
    }
  }
  return undefined;
}

const supervisord = find('supervisord');
const supervisorctl = find('supervisorctl');
if (supervisord === undefined || supervisorctl === undefined) {
  console.error('Cannot find supervisord and supervisorctl to compare with: apt-get install supervisor');
  process.exit(1);
}
const kinds = [
  {
    name: 'tssupervisord',
    daemon: [process.execPath, join(dist, 'tssupervisord.cjs')],
    ctl: [process.execPath, join(dist, 'tssupervisorctl.cjs')],
  },
  { name: 'supervisord', daemon: [supervisord], ctl: [supervisorctl] },
];

// In memory where that is possible: no disk is measured.
const dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'tssupervisor-bench-'));

function print([what, unit, ours, theirs]) {
  const number = (value) => (value >= 100 ? value.toFixed(0) : value.toFixed(1)).padStart(10);
  const ratio = `${(ours / theirs).toFixed(ours / theirs < 0.1 ? 3 : 2)} ×`.padStart(9);
  console.log(`${what.padEnd(40)}${unit.padEnd(3)}${number(ours)}${number(theirs).padStart(14)}${ratio}`);
}

async function main() {
  console.log(`${''.padEnd(43)}${'tssupervisor'.padStart(10)}${'Supervisor'.padStart(12)}${'ratio'.padStart(9)}`);
  for (const measure of [memoryWithoutPrograms, withPrograms, startOfMany]) {
    for (const line of await measure(kinds, dir)) print(line);
  }
}

async function cleanUp() {
  await stopAll();
  rmSync(dir, { recursive: true, force: true });
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => cleanUp().finally(() => process.exit(130)));
}
try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await cleanUp();
}
