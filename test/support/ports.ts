import { createServer } from 'node:net';

/** Whether nothing listens on this port of 127.0.0.1. */
export function isFreePort(port: number): Promise<boolean> {
  return new Promise((settle) => {
    const server = createServer();
    server.on('error', () => settle(false));
    server.listen(port, '127.0.0.1', () => server.close(() => settle(true)));
  });
}

/**
 * A number such that the `count` ports that begin with it (250 → 25000, 25001, ...) are free, for configurations that
 * make the port from process_num. Chosen at random below the range of outgoing connections, so that tests that run
 * at the same time do not meet.
 */
export async function freePortHundred(count: number): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const hundred = 110 + Math.floor(Math.random() * 200);
    const ports = Array.from({ length: count }, (_, index) => hundred * 100 + index);
    const free = await Promise.all(ports.map(isFreePort));
    if (free.every(Boolean)) return hundred;
  }
  throw new Error(`Cannot find ${count} free ports`);
}

/** Such a free port for programs that bind it later, where one that the system proposes may have been given away. */
export async function freeLowPort(): Promise<number> {
  return (await freePortHundred(1)) * 100;
}
