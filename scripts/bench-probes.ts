/**
 * What probing costs: `npm run build && node build/bench-probes.cjs`. 200 probes of one second each, of one HTTP server
 * in a process of its own, run by the code of the daemon; prints how much of a processor core this process takes.
 */
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { LinuxOs } from '../src/daemon/os/linux.ts';
import { loadPosix } from '../src/daemon/os/posix.ts';
import type { SocketAddress } from '../src/daemon/os/sockaddr.ts';
import { ProbeAgenda } from '../src/daemon/probes/agenda.ts';
import { askServer } from '../src/daemon/probes/ask.ts';
import { readProbe } from '../src/daemon/probes/probe-spec.ts';
import { answered, asked, beginCourse, dueAtOf, liveRhythm } from '../src/daemon/probes/schedule.ts';

const probes = 200;
const intervalMs = 1000;
const seconds = 5;

const server = `const server = require('http').createServer((request, response) => response.end('Hello'));
server.listen(0, '127.0.0.1', () => console.log(server.address().port))`;

const posix = loadPosix();
const os = new LinuxOs(posix);

/** Probes until `stop` is called, which answers how many verdicts were good and how many not. */
function probe(text: string): { readonly counts: { good: number; bad: number }; stop(): void } {
  const spec = readProbe(text);
  if (!('target' in spec) || spec.target === undefined) throw new Error(`Cannot read probe "${text}"`);
  const target: SocketAddress = spec.target;
  const rhythm = liveRhythm(intervalMs, 3000, 3, 1);
  const agenda = new ProbeAgenda(os);
  const counts = { good: 0, bad: 0 };
  let isOver = false;
  for (let index = 0; index < probes; index++) {
    // As many programs that were started one after the other.
    let course = beginCourse(rhythm, os.now() - intervalMs + (index * intervalMs) / probes);
    const wait = (): void => {
      const dueAt = dueAtOf(course);
      if (dueAt === undefined || isOver) return;
      agenda.at(dueAt, () => {
        course = asked(course, os.now());
        const onVerdict = (verdict: Parameters<Parameters<typeof askServer>[0]['onVerdict']>[0]): void => {
          counts[verdict.ok ? 'good' : 'bad'] += 1;
          course = answered(course, verdict, rhythm, os.now()).course;
          wait();
        };
        askServer({ os, posix, probe: spec, target, timeoutMs: rhythm.timeoutMs, onVerdict });
      });
    };
    wait();
  }
  return {
    counts,
    stop: () => {
      isOver = true;
    },
  };
}

async function main(): Promise<void> {
  const child = spawn(process.execPath, ['-e', server], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise((settle) => child.stdout.once('data', (text) => settle(String(text).trim())));
  for (const text of ['tcp', 'http']) {
    const { counts, stop } = probe(`${text}:127.0.0.1:${port}`);
    await delay(3000); // until the code is warm
    const before = { ...counts, cpu: process.cpuUsage(), at: performance.now() };
    await delay(seconds * 1000);
    const { user, system } = process.cpuUsage(before.cpu);
    const wallMs = performance.now() - before.at;
    const rate = ((counts.good - before.good) / wallMs) * 1000;
    const share = ((user + system) / 1000 / wallMs) * 100;
    console.log(
      `${text.padEnd(6)}${rate.toFixed(0)} good answers a second, ${counts.bad} bad, ${share.toFixed(1)} % of a core`,
    );
    stop();
    await delay(intervalMs);
  }
  child.kill();
  os[Symbol.dispose]();
}

void main();
