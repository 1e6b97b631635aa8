import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RpcServerOptions } from '../../../src/rpc/server.ts';
import { until } from '../../support/until.ts';
import { callBody, post, statusOf, Toy, temporaryFolder, Wire } from './toy.ts';

const getPid = post(callBody('supervisor.getPID'));

/** Asks for an answer of a megabyte and does not read it. */
function unread(file: string): Wire {
  const text = 'x'.repeat(1_000_000);
  const params = `<params><param><value>x</value></param><param><value>${text}</value></param></params>`;
  const wire = new Wire(file);
  wire.socket.pause();
  return wire.send(post(callBody('supervisor.sendProcessStdin', params)));
}

/** On a socket of which the kernel keeps little: a TCP connection may hold megabytes. */
async function toyOnFile(file: string, options: Partial<RpcServerOptions>): Promise<Toy> {
  const toy = new Toy({ address: { file }, ...options });
  await toy.server.listen();
  return toy;
}

test('answers that nobody reads take so much memory and no more: the oldest are given up', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 's');
  await using toy = await toyOnFile(file, { maxUnreadBytes: 10_500_000 });
  const wires: Wire[] = [];
  for (let count = 1; count <= 14; count++) {
    wires.push(unread(file));
    await until(`${count} have asked`, () => toy.stdins === count);
  }
  for (const wire of wires) wire.socket.resume();
  const isWhole = (wire: Wire) => wire.text.includes('</methodResponse>');
  await until('each has its answer or its end', () => wires.every((wire) => wire.isClosed || isWhole(wire)));
  expect(wires.map(isWhole)).toEqual(wires.map((_, at) => at >= 4));
  for (const wire of wires) wire[Symbol.dispose]();
});

test('clients that do not read their answers keep nobody out', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 's');
  await using toy = await toyOnFile(file, { maxConnections: () => 6 });
  const wires = Array.from({ length: 6 }, () => unread(file));
  await until('they have asked', () => toy.stdins === 6);
  expect(await statusOf(file, getPid)).toBe(200);
  for (const wire of wires) wire[Symbol.dispose]();
});

test('followers of logs keep nobody out: the oldest goes', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 's');
  await using toy = await toyOnFile(file, { maxConnections: () => 6 });
  const wires = Array.from({ length: 6 }, () => new Wire(file));
  for (const wire of wires) await wire.send('GET /mainlogtail HTTP/1.1\r\n\r\n').has('first');
  expect(await statusOf(file, getPid)).toBe(200);
  expect(wires.map((wire) => wire.isClosed)).toEqual([true, false, false, false, false, false]);
  expect(toy.followers).toBe(5);
  for (const wire of wires) wire[Symbol.dispose]();
});
