/** What is measured. Each takes the two kinds of daemon and answers lines of the table: [what, unit, ours, theirs]. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Peer, until } from './peer.mjs';

const PROGRAMS = 100;
const CRASH_MS = 30_000;
const CRASH_PAUSE_MS = 500;

/** The smallest sample that `share` of all samples do not exceed. */
function percentile(samples, share) {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

const median = (samples) => percentile(samples, 0.5);

/** `count` samples of each kind, by turns. */
async function byTurns(count, kinds, sample) {
  const samples = kinds.map(() => []);
  for (let round = 0; round < count; round += 1) {
    for (const [index, kind] of kinds.entries()) samples[index].push(await sample(kind));
  }
  return samples;
}

async function wallMs(argv) {
  const begin = performance.now();
  const [file, ...args] = argv;
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (bytes) => {
    output += bytes;
  });
  await new Promise((settle, reject) => {
    child.on('error', reject);
    child.on('close', settle);
  });
  return { ms: performance.now() - begin, output };
}

async function privateMb(peer) {
  await peer.call('supervisor.getAllProcessInfo');
  await delay(1000); // what only the start needed has been given back
  const [, kilobytes] = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${peer.pid}/status`, 'utf8'));
  return Number(kilobytes) / 1024;
}

export async function memoryWithoutPrograms(kinds, dir) {
  const peers = kinds.map((kind, index) => new Peer(kind, join(dir, `empty-${index}`), 0));
  await Promise.all(peers.map((peer) => peer.answers()));
  const figures = await Promise.all(peers.map(privateMb));
  await Promise.all(peers.map((peer) => peer.stop()));
  return [['private memory, no programs', 'MB', ...figures]];
}

export async function startOfMany(kinds, dir) {
  let run = 0;
  const samples = await byTurns(2, kinds, async (kind) => {
    run += 1;
    const peer = new Peer(kind, join(dir, `many-${run}`), 200);
    await peer.allStarted();
    const times = peer.starts().map(({ at }) => at);
    await peer.stop();
    return Math.max(...times) - Math.min(...times);
  });
  return [['start of 200 programs, first to last', 'ms', ...samples.map(median)]];
}

async function information(peers) {
  const samples = await byTurns(40, peers, async (peer) => {
    const begin = performance.now();
    const answer = await peer.call('supervisor.getAllProcessInfo');
    const ms = performance.now() - begin;
    if (answer.split('<name>statename</name>').length !== PROGRAMS + 1)
      throw new Error(`Expected all programs: ${answer}`);
    return ms;
  });
  return [[`getAllProcessInfo, ${PROGRAMS} programs, p50`, 'ms', ...samples.map(median)]];
}

async function status(peers) {
  const node = { argv: [process.execPath, '-e', '0'] };
  const commands = peers.map(({ kind, file }) => ({ argv: [...kind.ctl, '-c', file, 'status'], isStatus: true }));
  const samples = await byTurns(9, [...commands, node], async ({ argv, isStatus }) => {
    const { ms, output } = await wallMs(argv);
    if (isStatus && output.split(' RUNNING ').length !== PROGRAMS + 1)
      throw new Error(`Expected all programs:\n${output}`);
    return ms;
  });
  const [ours, theirs, bare] = samples.map(median);
  return [
    [`status, ${PROGRAMS} programs, p50`, 'ms', ours, theirs],
    ['    in times of node -e 0', '', ours / bare, theirs / bare],
  ];
}

/** Programs are killed one after the other, each once and at any moment of a second, for as long as there is time. */
async function crashesOf(peer) {
  const endAt = performance.now() + CRASH_MS;
  const latencies = [];
  for (const { name, pid } of peer.starts()) {
    await delay(Math.random() * CRASH_PAUSE_MS);
    if (performance.now() >= endAt) break;
    const count = peer.starts().length;
    const killedAt = performance.timeOrigin + performance.now();
    process.kill(pid, 'SIGKILL');
    const again = await until(`${name} of ${peer.kind.name} is back`, () => peer.starts()[count]);
    latencies.push(again.at - killedAt);
  }
  return latencies;
}

async function crashes(peers) {
  const latencies = await Promise.all(peers.map(crashesOf));
  return [
    ['kill -9 to the new start, p50', 'ms', ...latencies.map(median)],
    ['kill -9 to the new start, p99', 'ms', ...latencies.map((samples) => percentile(samples, 0.99))],
  ];
}

export async function withPrograms(kinds, dir) {
  const peers = kinds.map((kind, index) => new Peer(kind, join(dir, `hundred-${index}`), PROGRAMS));
  await Promise.all(peers.map((peer) => peer.allStarted()));
  const lines = [[`private memory, ${PROGRAMS} programs`, 'MB', ...(await Promise.all(peers.map(privateMb)))]];
  lines.push(...(await information(peers)), ...(await status(peers)), ...(await crashes(peers)));
  await Promise.all(peers.map((peer) => peer.stop()));
  return lines;
}
