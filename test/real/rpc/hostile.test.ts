import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
    expect(performance.now() - startedAt).toBeLessThan(10_000); // on whatever machine: one that is not refused takes minutes
  }
});

test('a body in chunks of one byte costs its bytes, and not a hundred for each', async () => {
  await statusOf(port, getPid);
  const before = await residentBytes();
  using wire = new Wire(port);
  wire.send('POST /RPC2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n');
  for (let sent = 0; sent < 500_000; sent += 10_000) wire.send('1\r\nx\r\n'.repeat(10_000));
  await until('all is sent', () => wire.socket.writableLength === 0);
  expect(await statusOf(port, getPid)).toBe(200);
  expect((await residentBytes()) - before).toBeLessThan(15_000_000); // it was 60 million
});

test('bodies that are never finished keep no small one out, and large ones only while they are there', async () => {
  // More of them than there is room for: some are refused themselves, and what they leave is less than a large one.
  const half = `POST /RPC2 HTTP/1.1\r\nContent-Length: 1048576\r\n\r\n${' '.repeat(1_048_000)}`;
  const slow = Array.from({ length: 70 }, () => new Wire(port).send(half));
  const large = post(callBody('supervisor.getPID', `<params>${' '.repeat(4_000_000)}</params>`));
  // A client that is still sending when it is refused may be told by the end of the connection only.
  const isTaken = async () => {
    using wire = new Wire(port).send(large);
    await until('it is answered or refused', () => wire.isClosed || wire.text.includes('\r\n\r\n'));
    return wire.text.startsWith('HTTP/1.1 200 ');
  };
  await until('large ones are refused', async () => !(await isTaken()));
  expect(await statusOf(port, post(callBody('supervisor.getPID', `<params>${' '.repeat(10_000)}</params>`)))).toBe(200);
  for (const wire of slow) wire[Symbol.dispose]();
  await until('large ones are taken again', isTaken);
});
