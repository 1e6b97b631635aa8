import { createServer } from 'node:net';

/** Whether nothing listens on this port of 127.0.0.1. */
export function isFreePort(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const server = createServer();
    server.on('error', () => settle(false));
    server.listen(port, '127.0.0.1', () => server.close(() => settle(true)));
  });
}

/** Each process of the tests takes its own of every so many hundreds: what one has chosen and not bound yet is no other's. */
const POOLS = 8;
const pool = Number(process.env['VITEST_POOL_ID'] ?? 0) % POOLS;
const FIRST_HUNDRED = 112;
const HUNDREDS = 200;
/** Those chosen last, which may not be bound yet. */
const recent: number[] = [];
const REMEMBERED = 12;

function hundredAtRandom(): number {
  return FIRST_HUNDRED + POOLS * Math.floor((Math.random() * HUNDREDS) / POOLS) + pool;
}

/**
 * A number such that the `count` ports (at most a hundred) that begin with it (250 → 25000, 25001, ...) are free, for
 * configurations that make the port from process_num. Chosen at random below the range of outgoing connections.
 */
export async function freePortHundred(count: number): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const hundred = hundredAtRandom();
    if (recent.includes(hundred)) continue;
    const ports = Array.from({ length: count }, (_, index) => hundred * 100 + index);
    const free = await Promise.all(ports.map(isFreePort));
    if (!free.every(Boolean)) continue;
    recent.push(hundred);
    if (recent.length > REMEMBERED) recent.shift();
    return hundred;
  }
  throw new Error(`Cannot find ${count} free ports`);
}

/** Such a free port for programs that bind it later, where one that the system proposes may have been given away. */
export async function freeLowPort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = hundredAtRandom() * 100 + 50 + Math.floor(Math.random() * 50);
    if (await isFreePort(port)) return port;
  }
  throw new Error('Cannot find a free port');
}
