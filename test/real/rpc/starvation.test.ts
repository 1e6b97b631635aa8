import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bystander, killBystander, untilRunning } from '../../support/bombardment.ts';
import { ours, startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { openFiles, residentBytes } from '../../support/footprint.ts';
import { freePort } from '../../support/free-port.ts';
import { longMulticall } from '../../support/hostile-xml.ts';
import { until } from '../../support/until.ts';
import { callBody, post, statusOf, Wire } from './toy.ts';

/** What a control command may take on a busy machine. */
const NORMAL_MS = 5_000;

async function answersQuickly(daemon: TestDaemon): Promise<void> {
  const startedAt = performance.now();
  expect(await daemon.rpc('supervisor.getState')).toEqual({ statecode: 1, statename: 'RUNNING' });
  const { stdout, code } = await daemon.ctl('status', 'bystander');
  expect(performance.now() - startedAt).toBeLessThan(NORMAL_MS);
  expect([stdout, code]).toEqual([expect.stringMatching(/^bystander +RUNNING/), 0]);
}

/** What a client sends that is never done; the rest of it comes byte by byte. */
const unfinished = [
  ['P', 'OST /RPC2 HTTP/1.1\r\n'],
  ['POST /RPC2 HTTP/1.1\r\nX: ', 'x'],
  ['POST /RPC2 HTTP/1.1\r\nContent-Length: 5000\r\n\r\n', ' '],
  ['POST /RPC2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\n \r\n'],
  ['GET /logtail/loud HTTP/1.1\r\n\r\n', ''],
  [post(callBody('supervisor.getState')), ''],
  ['', ''],
] as const;

describe('clients that are never done', () => {
  let daemon: TestDaemon;
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    const loud = '[program:loud]\ncommand=yes\nstartsecs=0\nautostart=false\nstdout_logfile_maxbytes=1MB\n';
    daemon = await startDaemon({ config: `[inet_http_server]\nport=127.0.0.1:${port}\n${bystander}${loud}` });
  });
  afterAll(() => daemon.stop());

  for (const [name, to] of [
    ['a socket', () => daemon.socket],
    ['a port', () => port],
  ] as const) {
    test(`500 slow and 1,000 idle ones on ${name} starve nobody, and everything of theirs goes with them`, async () => {
      await untilRunning(daemon, 'bystander');
      const before = openFiles(daemon.pid);
      const wires: Wire[] = [];
      const slow: (() => void)[] = [];
      for (let count = 0; count < 500; count++) {
        const [start, rest] = unfinished[count % unfinished.length] ?? ['', ''];
        const wire = new Wire(to());
        if (start !== '') wire.send(start);
        let at = 0;
        if (rest !== '') slow.push(() => void wire.send(rest[at++ % rest.length] ?? ''));
        wires.push(wire);
      }
      const drip = setInterval(() => slow.map((send) => send()), 1000);
      try {
        await answersQuickly(daemon);
        for (let count = 0; count < 1000; count += 100) {
          const idle = Array.from({ length: 100 }, () => new Wire(to()));
          wires.push(...idle);
          await until('they have connected', () => idle.every(({ socket }) => !socket.connecting));
        }
        await killBystander(daemon);
        await answersQuickly(daemon);
        expect(openFiles(daemon.pid)).toBeLessThan(before + 2 * 512);
      } finally {
        clearInterval(drip);
        for (const wire of wires) wire[Symbol.dispose]();
      }
      await daemon.until('their files are closed', () => openFiles(daemon.pid) <= before);
    });
  }

  test('ten thousand calls in one request are answered, and somebody else meanwhile', async () => {
    const [status] = await Promise.all([statusOf(port, post(longMulticall)), answersQuickly(daemon)]);
    expect(status).toBe(200);
  });

  test('30 that follow a log and never read cost no memory, whatever is written to it', async () => {
    const wires = Array.from({ length: 30 }, (_, at) => {
      const wire = new Wire(at % 2 === 0 ? port : daemon.socket);
      wire.socket.pause();
      return wire.send('GET /logtail/loud HTTP/1.1\r\n\r\n');
    });
    await daemon.rpc('supervisor.startProcess', 'loud');
    const before = residentBytes(daemon.pid);
    const { stdout } = await daemon.ctl('pid', 'loud');
    // 300 MB: `wchar` of proc(5) counts what it has written.
    const written = () => Number(/^wchar: (\d+)/m.exec(readFileSync(`/proc/${stdout.trim()}/io`, 'utf8'))?.[1]);
    await daemon.until('it has written 300 MB', () => written() > 300_000_000);
    expect(residentBytes(daemon.pid) - before).toBeLessThan(20_000_000);
    await answersQuickly(daemon);
    await daemon.rpc('supervisor.stopProcess', 'loud');
    for (const wire of wires) wire[Symbol.dispose]();
    expect(daemon.log()).not.toContain('Bug');
  });
});

test('clients that take all connections leave the files that programs are started with', async () => {
  const few = { ...ours, daemon: ['prlimit', '--nofile=150:150', ...ours.daemon] };
  await using daemon = await startDaemon({
    kind: few,
    config: `[supervisord]\nminfds=150\nlogfile=%(here)s/supervisord.log\npidfile=%(here)s/supervisord.pid\nchildlogdir=%(here)s\n${bystander}`,
  });
  await untilRunning(daemon, 'bystander');
  const before = openFiles(daemon.pid);
  const wires = Array.from({ length: 300 }, () => new Wire(daemon.socket).send('GET /mainlogtail HTTP/1.1\r\n\r\n'));
  await until('most are turned away', () => wires.filter((wire) => wire.isClosed).length > 200);
  for (let kills = 0; kills < 5; kills++) await killBystander(daemon);
  await answersQuickly(daemon);
  for (const wire of wires) wire[Symbol.dispose]();
  await daemon.until('their files are closed', () => openFiles(daemon.pid) <= before);
  expect(daemon.log()).not.toMatch(/Bug|too many open files|Cannot accept/);
});
