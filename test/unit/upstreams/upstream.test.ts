/** One upstream with a proxy that only notes what it is told, and a clock that the test moves. */
import { expect, test } from 'vitest';
import type { UpstreamConfig } from '../../../src/daemon/config/model.ts';
import type { ProcessId } from '../../../src/daemon/core/supervisor-messages.ts';
import type { ConnectionTables } from '../../../src/daemon/upstreams/connections.ts';
import { Drain } from '../../../src/daemon/upstreams/drain.ts';
import type { Applied, Driver } from '../../../src/daemon/upstreams/driver.ts';
import type { Server, WishedServer } from '../../../src/daemon/upstreams/servers.ts';
import { Upstream } from '../../../src/daemon/upstreams/upstream.ts';
import { FakeOs } from '../../support/fake-os.ts';

/** Lets everything go on that waits for nothing but its turn. */
const turn = () => new Promise((settle) => setImmediate(settle));

const connection = (port: number) =>
  ` 0: 0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 0100007F:C001 01 0:0 0:0 0 0 0 1\n`;

function setUp(servers: readonly Server[], settings: Partial<UpstreamConfig> = {}) {
  const os = new FakeOs();
  const driverConfig = { type: 'haproxy', socket: '/s', backend: 'web' } as const;
  const config: UpstreamConfig = {
    name: 'web',
    programs: ['web'],
    options: '',
    drainMs: 5000,
    driver: driverConfig,
    ...settings,
  };
  const serving = new Set<ProcessId>();
  const told: string[] = [];
  const log: string[] = [];
  const world = {
    answer: { ok: true } as Applied,
    tables: { tcp: '', unix: '' } as ConnectionTables,
    idle: 0,
    looks: 0,
  };
  const driver: Driver = {
    apply: async (wished: readonly WishedServer[]) => {
      told.push(wished.map(({ state }) => state).join(' '));
      return world.answer;
    },
    idleConnections: async () => world.idle,
    close: () => undefined,
  };
  const drain = new Drain(os, () => {
    world.looks += 1;
    return world.tables;
  });
  const note = (level: string) => (text: string) => void log.push(`${level} ${text}`);
  const upstream = new Upstream(config, {
    os,
    runtime: {
      isServing: (id: ProcessId) => serving.has(id),
      supervisor: { mood: 'RUNNING', record: () => undefined },
    } as unknown as ConstructorParameters<typeof Upstream>[1]['runtime'],
    log: { error: note('error'), warn: note('warn'), info: note('info') },
    drain,
    driver: () => driver,
    servers: () => servers,
    isMember: (id) => servers.some(({ ids }) => ids.includes(id)),
  });
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 10) {
      os.advance(Math.min(10, left));
      await turn();
    }
  };
  const serve = (id: ProcessId, isServing: boolean) => {
    if (isServing) serving.add(id);
    else serving.delete(id);
    upstream.happened({ type: 'serving', id, serving: isServing });
  };
  return { os, upstream, serve, told, log, world, pass };
}

function server(number: number, ...ids: ProcessId[]): Server {
  const address = { family: 'inet', host: '127.0.0.1', port: 2000 + number } as const;
  return { name: `web:web_${number}`, address, ids: ids.length > 0 ? ids : [`web:web_${number}`] };
}

/** Whether it has come true by now. */
function watched(work: Promise<unknown>): { isOver: boolean } {
  const seen = { isOver: false };
  work.then(() => {
    seen.isOver = true;
  });
  return seen;
}

test('a hundred processes that get ready within a moment are told at once', async () => {
  const servers = Array.from({ length: 100 }, (_, number) => server(number));
  const { serve, told, pass } = setUp(servers);
  for (const { ids } of servers) serve(ids[0] ?? '', true);
  await pass(100);
  expect(told).toEqual([Array(100).fill('in').join(' ')]);
});

test('what happens while the proxy is told is told behind it, together', async () => {
  const { serve, told, pass, upstream } = setUp([server(0), server(1), server(2)]);
  serve('web:web_0', true);
  await pass(20);
  expect(told).toEqual(['in out out']);
  const first = watched(upstream.request());
  serve('web:web_1', true);
  serve('web:web_2', true);
  expect(first.isOver).toBe(false);
  await pass(20);
  expect(first.isOver).toBe(true);
  expect(told).toEqual(['in out out', 'in in in']);
});

test('one that is to stop is out first, then its connections end, and only then it may be told', async () => {
  const { serve, told, pass, upstream, world } = setUp([server(0), server(1)]);
  serve('web:web_0', true);
  serve('web:web_1', true);
  await pass(20);
  world.tables = { tcp: connection(2000), unix: '' };
  serve('web:web_0', false);
  const left = watched(upstream.leave('web:web_0'));
  await pass(1000);
  expect(told.at(-1)).toBe('draining in');
  expect(left.isOver).toBe(false);
  expect(upstream.reason('web:web_0')).toBe('leaving upstream web, at most 5 seconds');
  world.tables = { tcp: connection(2001), unix: '' };
  await pass(300);
  expect(left.isOver).toBe(true);
  expect(told.at(-1)).toBe('out in');
  expect(upstream.view().servers).toMatchObject([{ state: 'out' }, { state: 'in', why: 'ready' }]);
});

test.each([
  ['connections that never end', { tcp: connection(2000), unix: '' }, 0],
  ['requests that the proxy has under way', { tcp: '', unix: '' }, undefined],
])('%s hold it up for drain, and no longer', async (_, tables, idle) => {
  const { serve, pass, upstream, world, log } = setUp([server(0)], { drainMs: 2000 });
  serve('web:web_0', true);
  await pass(20);
  Object.assign(world, { tables, idle });
  serve('web:web_0', false);
  const left = watched(upstream.leave('web:web_0'));
  await pass(1900);
  expect(left.isOver).toBe(false);
  await pass(200);
  expect(left.isOver).toBe(true);
  expect(log).toEqual(['info upstream web: web:web_0 still has connections, drain is over']);
});

test('connections that the proxy keeps for later do not count', async () => {
  const { serve, pass, upstream, world } = setUp([server(0)]);
  serve('web:web_0', true);
  await pass(20);
  world.tables = { tcp: connection(2000), unix: '' };
  world.idle = 1;
  serve('web:web_0', false);
  const left = watched(upstream.leave('web:web_0'));
  await pass(100);
  expect(left.isOver).toBe(true);
});

test('processes that share a socket are one server, in while one of them is ready', async () => {
  const { serve, told, pass, upstream } = setUp([server(0, 'web:a', 'web:b')]);
  serve('web:a', true);
  serve('web:b', true);
  await pass(20);
  serve('web:a', false);
  const first = watched(upstream.leave('web:a'));
  await turn();
  expect(first.isOver).toBe(true);
  await pass(20);
  expect(told).toEqual(['in', 'in']);
  expect(upstream.view().servers).toMatchObject([{ state: 'in', why: '1 of 2 ready' }]);
  serve('web:b', false);
  const last = watched(upstream.leave('web:b'));
  expect(last.isOver).toBe(false);
  await pass(100);
  expect(last.isOver).toBe(true);
  expect(told.slice(2)).toEqual(['draining', 'out']);
});

test('a proxy that cannot be told is named once, and holds nobody up', async () => {
  const { serve, pass, upstream, world, log } = setUp([server(0), server(1)]);
  world.answer = { ok: false, why: 'no such socket' };
  serve('web:web_0', true);
  await pass(20);
  expect(log).toEqual(['error upstream web: no such socket']);
  expect(upstream.reason('web:web_0')).toBe('ready, and not in upstream web: no such socket');
  world.tables = { tcp: connection(2000), unix: '' };
  serve('web:web_0', false);
  const left = watched(upstream.leave('web:web_0'));
  await pass(60);
  expect(left.isOver).toBe(true);
  expect(world.looks).toBe(0);
  await expect(Promise.all([upstream.joined(), pass(50)])).rejects.toThrow('not in upstream web: no such socket');
  world.answer = { ok: true };
  serve('web:web_1', true);
  await pass(20);
  expect(log).toEqual(['error upstream web: no such socket', 'info upstream web: its proxy has all its servers again']);
});

test('a proxy that could not be told is told again after ten seconds, without any change', async () => {
  const { serve, told, pass, world, os, upstream } = setUp([server(0)]);
  world.answer = { ok: false, why: 'nginx refuses it' };
  serve('web:web_0', true);
  await pass(9000);
  expect(told).toHaveLength(1);
  world.answer = { ok: true };
  await pass(1100);
  expect(told).toEqual(['in', 'in']);
  expect(upstream.view()).toMatchObject({ error: '', servers: [{ state: 'in' }] });
  expect(os.pending).toBe(0);
  world.answer = { ok: false, why: 'nginx refuses it' };
  serve('web:web_0', false);
  await pass(50);
  upstream.close();
  expect(os.pending).toBe(0);
});

test('a proxy that is only about to start is no error, and holds nobody up', async () => {
  const { serve, pass, world, log } = setUp([server(0)]);
  world.answer = { ok: false, why: 'no such socket', isEarly: true };
  serve('web:web_0', true);
  await pass(20);
  expect(log).toEqual([]);
});

test('drain=0 waits for the proxy to be told, and for nothing else', async () => {
  const { serve, told, pass, upstream, world } = setUp([server(0)], { drainMs: 0 });
  serve('web:web_0', true);
  await pass(20);
  world.tables = { tcp: connection(2000), unix: '' };
  serve('web:web_0', false);
  const left = watched(upstream.leave('web:web_0'));
  await pass(50);
  expect(left.isOver).toBe(true);
  expect(told.at(-1)).toBe('out');
  expect(world.looks).toBe(0);
});

test('nothing waits, and no timer is set, once all have been told', async () => {
  const { os, serve, pass, upstream } = setUp([server(0)]);
  serve('web:web_0', true);
  await pass(20);
  serve('web:web_0', false);
  void upstream.leave('web:web_0');
  await pass(100);
  expect(os.pending).toBe(0);
});

test('a process that is in no upstream leaves none', async () => {
  const { upstream, told, pass } = setUp([server(0)]);
  expect(upstream.concerns('other:other')).toBe(false);
  await upstream.leave('other:other');
  upstream.happened({ type: 'serving', id: 'other:other', serving: true });
  await pass(50);
  expect(told).toEqual([]);
});
