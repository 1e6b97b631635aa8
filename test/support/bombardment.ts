/**
 * Hostile requests on a real daemon, while a program of it is killed again and again and an ordinary client asks.
 *
 *     lanes of requests ---> daemon ---> bystander, killed every so often, must come back
 *     (one at a time each)     ^
 *                              +-- an ordinary client: getProcessInfo answers
 *
 * Each request must be answered, or its connection closed; in the end the daemon must have let go of every file and
 * of all but a little memory, and its log must say nothing that hostile requests are no reason for.
 */
import { createConnection } from 'node:net';
import fc from 'fast-check';
import { expect } from 'vitest';
import { decodeResponse } from '../../src/rpc/xml-parser.ts';
import { startDaemon, type TestDaemon } from './daemon.ts';
import { openFileList, openFiles, residentBytes } from './footprint.ts';
import { freePort } from './free-port.ts';
import { type Credentials, type HostileRequest, hostileRequest } from './hostile-http.ts';
import { until } from './until.ts';

/** Where requests go, one at a time. */
interface Lane {
  /** A port of 127.0.0.1 or the path of a socket. */
  readonly to: number | string;
  readonly credentials: Credentials;
}

const ANSWER_DEADLINE_MS = 20_000;
const KILL_EVERY = 250;
const MAX_GROWTH_BYTES = 10_000_000;
/** The daemon gives memory back when nothing has been asked of it for ten seconds. */
const MEMORY_DEADLINE_MS = 30_000;

/** RUNNING at once whenever it was killed. */
export const bystander = '[program:bystander]\ncommand=cat\nstartsecs=0\nautorestart=true\n\n';
const target = '[program:target]\ncommand=cat\nstartsecs=0\n\n';

/** Another seed is other requests: `SEED=7`. Printed, so that a failure can be had again. */
export function fuzzSeed(): number {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
  process.stdout.write(`SEED=${seed}\n`);
  return seed;
}

export interface BombardmentOptions {
  readonly seed: number;
  /** How many of them come before the daemon's memory is looked at for the first time. */
  readonly warmUp: number;
  readonly count: number;
}

export async function bombardWithRequests({ seed, warmUp, count }: BombardmentOptions): Promise<void> {
  const port = await freePort();
  const inet = `[inet_http_server]\nport=127.0.0.1:${port}\nusername=a\npassword=b\n\n`;
  await using daemon = await startDaemon({ config: `${inet}${bystander}${target}` });
  await untilRunning(daemon, 'bystander', 'target');
  const filesBefore = openFiles(daemon.pid);
  const listBefore = openFileList(daemon.pid);
  const lanes: Lane[] = [
    { to: port, credentials: `Basic ${btoa('a:b')}` },
    { to: daemon.socket, credentials: undefined },
    { to: port, credentials: `Basic ${btoa('a:b')}` },
    { to: daemon.socket, credentials: undefined },
  ];
  const bombardment = new Bombardment(daemon);
  await bombardment.send(lanes, warmUp, seed);
  const memoryBefore = residentBytes(daemon.pid);
  await bombardment.send(lanes, count - warmUp, seed + lanes.length);
  expect(bombardment.kills).toBe(Math.floor(count / KILL_EVERY));
  await until(`it has ${filesBefore} files open again`, () => openFiles(daemon.pid) <= filesBefore, {
    evidence: () => `It has:\n${openFileList(daemon.pid)}\nand had:\n${listBefore}`,
  });
  await until(
    `its memory is ${memoryBefore} bytes and at most ${MAX_GROWTH_BYTES} more`,
    () => residentBytes(daemon.pid) - memoryBefore <= MAX_GROWTH_BYTES,
    { deadlineMs: MEMORY_DEADLINE_MS, evidence: () => `It is ${residentBytes(daemon.pid)} bytes` },
  );
  expect(unexpectedLines(daemon.log())).toEqual([]);
}

class Bombardment {
  readonly #daemon: TestDaemon;
  #sent = 0;
  #kills = 0;
  #lastKill: Promise<void> = Promise.resolve();

  constructor(daemon: TestDaemon) {
    this.#daemon = daemon;
  }

  /** How often the bystander was killed and came back. */
  get kills(): number {
    return this.#kills;
  }

  /** Sends `count` requests, shared by the lanes; rejects with a small one that got no answer and no end. */
  async send(lanes: readonly Lane[], count: number, seed: number): Promise<void> {
    const walks = lanes.map(({ to, credentials }, at) =>
      fc.assert(
        fc.asyncProperty(hostileRequest(credentials), async (request) => {
          if (++this.#sent % KILL_EVERY === 0) this.#lastKill = this.#killBystander(this.#lastKill);
          checkAnswer(await exchange(to, request));
        }),
        { numRuns: Math.ceil(count / lanes.length), seed: seed + at },
      ),
    );
    await Promise.all(walks);
    await this.#lastKill;
  }

  /** One at a time: before the next kill the one before it has been made good. */
  async #killBystander(lastKill: Promise<void>): Promise<void> {
    await lastKill;
    await killBystander(this.#daemon);
    this.#kills++;
  }
}

/**
 * Waits until these run: a daemon answers a little earlier than its last program is spawned, and files are only to be
 * counted when all are open that stay open.
 */
export async function untilRunning(daemon: TestDaemon, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await daemon.until(`${name} runs`, async () => {
      const info = (await daemon.rpc('supervisor.getProcessInfo', name)) as { readonly statename: string };
      return info.statename === 'RUNNING';
    });
  }
}

/** Kills the bystander and waits until it runs again. */
export async function killBystander(daemon: TestDaemon): Promise<void> {
  const pid = await bystanderPid(daemon);
  process.kill(pid, 'SIGKILL');
  await daemon.until('the bystander is back', async () => {
    const now = await bystanderPid(daemon);
    return now !== 0 && now !== pid;
  });
}

async function bystanderPid(daemon: TestDaemon): Promise<number> {
  const info = (await daemon.rpc('supervisor.getProcessInfo', 'bystander')) as { readonly pid: number };
  return info.pid;
}

/** All that comes back until the connection ends. */
function exchange(to: number | string, { bytes, cuts, ending }: HostileRequest): Promise<string> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    const socket = typeof to === 'number' ? createConnection(to, '127.0.0.1') : createConnection(to);
    socket.setNoDelay(true);
    socket.setTimeout(ANSWER_DEADLINE_MS, () => {
      reject(new Error('Waited in vain for an answer or an end'));
      socket.destroy();
    });
    socket.on('data', (piece) => pieces.push(piece));
    socket.on('error', () => undefined); // the daemon may close on what it does not want to read
    socket.on('close', () => resolve(Buffer.concat(pieces).toString('latin1')));
    let from = 0;
    for (const at of [...cuts].sort((a, b) => a - b)) {
      if (at <= from || at >= bytes.length) continue;
      socket.write(bytes.slice(from, at), 'latin1');
      from = at;
    }
    socket.write(bytes.slice(from), 'latin1', () => {
      if (ending === 'half-close') socket.end();
      else if (typeof to === 'number') socket.resetAndDestroy();
      else socket.destroy();
    });
  });
}

/** What comes first must be HTTP, and a 200 to a call must be a value or a fault. */
function checkAnswer(text: string): void {
  if (text === '') return;
  const head = /^HTTP\/1\.1 [1-5]\d\d [ -~]*\r\n(?:[ -~]+\r\n)*\r\n/.exec(text)?.[0];
  if (head === undefined) throw new Error(`Expected an answer, got ${JSON.stringify(text.slice(0, 300))}`);
  const length = Number(/^Content-Length: (\d+)\r$/m.exec(head)?.[1]);
  const body = text.slice(head.length, head.length + length);
  if (!head.includes('\r\nContent-Type: text/xml\r\n') || body.length < length) return;
  const answer = decodeResponse(Buffer.from(body, 'latin1'));
  if ('malformed' in answer) throw new Error(`${answer.malformed}: ${JSON.stringify(body.slice(0, 300))}`);
}

/** Lines of the log that hostile requests and killed programs are no reason for. (What is quoted may hold U+2028.) */
function unexpectedLines(log: string): string[] {
  const expected =
    /^\S+ \S+ (INFO |WARN (exited|stopped|killing|process)\b|ERRO XML-RPC request data ".*" is invalid: unmarshallable \(|CRIT (Supervisor is running as root|Server '\w+' running without any HTTP))/s;
  return log.split('\n').filter((line) => line !== '' && !expected.test(line));
}
