import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../support/random.ts';
import { until } from '../../support/until.ts';
import { callBody, post, statusOf, temporaryFolder, Wire } from './toy.ts';

const folder = temporaryFolder();
const getPid = post(callBody('supervisor.getPID'));
let daemon: ChildProcess;
let output = '';
let port = 0;

beforeAll(async () => {
  const outfile = join(folder.path, 'toy.mjs');
  const entry = join(import.meta.dirname, 'toy-daemon.ts');
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20' });
  daemon = spawn(process.execPath, ['--expose-gc', outfile], { stdio: ['ignore', 'pipe', 'inherit'] });
  daemon.stdout?.on('data', (data: Buffer) => {
    output += data.toString();
  });
  await until('it tells its port', () => output.includes('\n'));
  port = Number(output);
});

afterAll(async () => {
  daemon.kill('SIGKILL');
  await until('it has ended', () => daemon.signalCode !== null);
  folder[Symbol.dispose]();
});

async function residentBytes(): Promise<number> {
  output = '';
  daemon.kill('SIGUSR2');
  await until('its garbage is collected', () => output.includes('collected'));
  const status = readFileSync(`/proc/${daemon.pid}/status`, 'utf8');
  return 1024 * Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1]);
}

test('100,000 levels, a billion laughs and other bombs are refused at once', async () => {
  const laughs = Array.from({ length: 9 }, (_, level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(10)}">`);
  const bombs = [
    callBody('supervisor.getPID', `<params><param>${'<value><array><data>'.repeat(100_000)}`),
    callBody('supervisor.getPID', `<params>${'<param><value/></param>'.repeat(300_000)}</params>`),
    `<!DOCTYPE a [<!ENTITY l0 "lol">${laughs.join('')}]>${callBody('&l9;')}`,
    `<!DOCTYPE a SYSTEM "file:///etc/passwd">${callBody('supervisor.getPID')}`,
    `<a>${'<b>'.repeat(100_000)}`,
  ];
  for (const bomb of bombs) {
    const startedAt = performance.now();
    expect(await statusOf(port, post(bomb))).toBe(400);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  }
});

function hostileRequest(pick: (below: number) => number): Buffer {
  const methods = ['getPID', 'readLog', 'stopProcess', '__proto__', 'constructor', 'toString', 'clearLog', 'a.b.c', ''];
  const values = [
    '<int>1</int>',
    '<int>x</int>',
    '<struct/>',
    '<array><data/></array>',
    'a',
    '<nil/>',
    '<double>nan</double>',
  ];
  const member = '<struct><member><name>__proto__</name><value>x</value></member></struct>';
  const params = Array.from({ length: pick(5) }, () => `<param><value>${[...values, member][pick(8)]}</value></param>`);
  const good = callBody(`supervisor.${methods[pick(methods.length)]}`, `<params>${params.join('')}</params>`);
  const bytes = Buffer.from(post(good));
  switch (pick(6)) {
    case 0: // bad XML
      return Buffer.from(post(good.slice(0, pick(good.length))));
    case 1: // flipped bytes, anywhere
      for (let flips = pick(10); flips >= 0; flips--) bytes[pick(bytes.length)] = pick(256);
      return bytes;
    case 2: // cut short
      return bytes.subarray(0, pick(bytes.length));
    case 3: // a length that is wrong
      return Buffer.from(
        post(good).replace(/Length: (\d+)/, `Length: ${['0', '-1', '1e9', '99999999999', '5'][pick(5)]}`),
      );
    case 4: // noise
      return Buffer.from(Array.from({ length: pick(2000) }, () => pick(256)));
    default:
      return bytes;
  }
}

/** Sends it on a connection of its own, until there is an answer or an end. */
function send(bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const { socket } = new Wire(port);
    socket.setTimeout(20_000, () => reject(new Error(`Waited in vain for an answer to ${bytes.toString('latin1')}`)));
    socket.on('data', () => socket.destroy());
    socket.on('close', () => resolve());
    socket.end(bytes);
  });
}

test('after 5,000 hostile requests the server still answers, and has not grown', async () => {
  const seed = 20261122;
  const random = seededRandom(seed);
  const pick = (below: number) => Math.floor(random() * below);
  const bombard = async (requests: number) => {
    for (let sent = 0; sent < requests; sent += 25) {
      await Promise.all(Array.from({ length: 25 }, () => send(hostileRequest(pick))));
    }
  };
  await bombard(5000); // V8 finds out how much of its heap is for the young
  const before = await residentBytes();
  await bombard(5000);
  expect(await statusOf(port, getPid)).toBe(200);
  expect((await residentBytes()) - before, `seed ${seed}`).toBeLessThan(10_000_000);
});
