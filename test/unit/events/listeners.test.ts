import { expect, test } from 'vitest';
import { Listeners, type ListenersParts } from '../../../src/daemon/events/listeners.ts';

/** Pools whose processes are RUNNING as soon as they have been started; what they are sent is kept. */
class World {
  readonly sent: string[] = [];
  readonly logged: string[] = [];
  readonly running = new Set<string>();
  readonly deaf = new Set<string>();
  readonly listeners: Listeners;
  readonly #members: Record<string, string[]>;

  constructor(members: Record<string, string[]>) {
    this.#members = members;
    const note = (level: string) => (text: string) => void this.logged.push(`${level} ${text}`);
    const parts: ListenersParts = {
      identifier: 'supervisor',
      log: { error: note('ERRO'), warn: note('WARN'), debug: note('DEBG') },
      serials: { next: 0 },
      idsOf: (pool) => this.#members[pool] ?? [],
      isRunning: (id) => this.running.has(id),
      send: (id, envelope) => {
        if (this.deaf.has(id)) return false;
        const [, serial, pool, poolSerial, name] =
          /serial:(\d+) pool:(\S+) poolserial:(\d+) eventname:(\S+)/.exec(envelope) ?? [];
        this.sent.push(`${id} ${pool} ${serial}/${poolSerial} ${name}`);
        return true;
      },
    };
    this.listeners = new Listeners(parts);
  }

  pool(name: string, events: string[], bufferSize = 10, isWritten = true): void {
    this.listeners.addPool({ name, events, bufferSize, isWritten, judge: (body) => verdictOf(body) });
  }

  start(id: string): void {
    this.listeners.starting(id);
    this.running.add(id);
    this.listeners.running(id);
  }

  say(id: string, text: string): void {
    this.listeners.output(id, Buffer.from(text));
  }

  end(id: string): void {
    this.running.delete(id);
    this.listeners.ended(id);
  }
}

function verdictOf(body: Buffer): 'processed' | 'rejected' | 'failed' {
  const text = body.toString();
  return text === 'OK' ? 'processed' : text === 'BOOM' ? 'failed' : 'rejected';
}

test('an event waits until its listener is RUNNING and READY', () => {
  const world = new World({ p: ['p:p'] });
  world.pool('p', ['REMOTE_COMMUNICATION']);
  world.listeners.notify('REMOTE_COMMUNICATION', 'type:t\nd');
  world.listeners.starting('p:p');
  world.say('p:p', 'READY\n');
  expect(world.sent).toEqual([]);
  world.running.add('p:p');
  world.listeners.running('p:p');
  expect(world.sent).toEqual(['p:p p 0/0 REMOTE_COMMUNICATION']);
});

test('each event goes to one listener of a pool, and to every pool that subscribes, with one serial', () => {
  const world = new World({ p: ['p:a', 'p:b'], q: ['q:q'] });
  world.pool('p', ['EVENT']);
  world.pool('q', ['TICK']);
  for (const id of ['p:a', 'p:b', 'q:q']) {
    world.start(id);
    world.say(id, 'READY\n');
  }
  world.listeners.notify('PROCESS_GROUP_ADDED', '');
  world.listeners.notify('TICK_5', '');
  expect(world.sent).toEqual(['p:a p 0/0 PROCESS_GROUP_ADDED', 'p:b p 1/1 TICK_5', 'q:q q 1/0 TICK_5']);
});

test('an event that nobody subscribes to has no serial', () => {
  const world = new World({ p: ['p:p'] });
  world.pool('p', ['TICK_5']);
  world.start('p:p');
  world.say('p:p', 'READY\n');
  world.listeners.notify('TICK_60', '');
  world.listeners.notify('TICK_5', '');
  expect(world.sent).toEqual(['p:p p 0/0 TICK_5']);
  expect(world.listeners.wants('TICK_60')).toBe(false);
});

test('a pool that subscribes twice to an event is sent it once', () => {
  const world = new World({ p: ['p:a', 'p:b'] });
  world.pool('p', ['TICK', 'TICK_5', 'EVENT']);
  for (const id of ['p:a', 'p:b']) {
    world.start(id);
    world.say(id, 'READY\n');
  }
  world.listeners.notify('TICK_5', '');
  expect(world.sent).toHaveLength(1);
});

test('a rejected event is sent again with its numbers, before later ones, and only by its own pool', () => {
  const world = new World({ p: ['p:p'], q: ['q:q'] });
  world.pool('p', ['TICK']);
  world.pool('q', ['TICK']);
  for (const id of ['p:p', 'q:q']) {
    world.start(id);
    world.say(id, 'READY\n');
  }
  world.listeners.notify('TICK_5', '');
  world.listeners.notify('TICK_60', '');
  world.say('q:q', 'RESULT 2\nOKREADY\n');
  world.say('p:p', 'RESULT 4\nFAILREADY\n');
  expect(world.sent).toEqual(['p:p p 0/0 TICK_5', 'q:q q 0/0 TICK_5', 'q:q q 1/1 TICK_60', 'p:p p 0/0 TICK_5']);
  expect(world.logged).toContain('WARN p: event was rejected');
  expect(world.logged).toContain('DEBG rebuffering event 0 for pool p (buf size=1, max=10)');
});

test('what a listener dies with goes to another one of its pool', () => {
  const world = new World({ p: ['p:a', 'p:b'] });
  world.pool('p', ['TICK']);
  for (const id of ['p:a', 'p:b']) {
    world.start(id);
    world.say(id, 'READY\n');
  }
  world.listeners.notify('TICK_5', '');
  world.end('p:a');
  expect(world.sent).toEqual(['p:a p 0/0 TICK_5', 'p:b p 0/0 TICK_5']);
});

test('a listener that died is READY only when it has said so again', () => {
  const world = new World({ p: ['p:p'] });
  world.pool('p', ['TICK']);
  world.start('p:p');
  world.say('p:p', 'READY\n');
  world.end('p:p');
  world.start('p:p');
  world.listeners.notify('TICK_5', '');
  expect(world.sent).toEqual([]);
  world.say('p:p', 'READY\n');
  expect(world.sent).toEqual(['p:p p 0/0 TICK_5']);
});

test('a listener with a closed stdin is passed over', () => {
  const world = new World({ p: ['p:a', 'p:b'] });
  world.pool('p', ['TICK']);
  world.deaf.add('p:a');
  for (const id of ['p:a', 'p:b']) {
    world.start(id);
    world.say(id, 'READY\n');
  }
  world.listeners.notify('TICK_5', '');
  expect(world.sent).toEqual(['p:b p 0/0 TICK_5']);
  expect(world.logged).toContain('DEBG epipe occurred while sending event 0 to listener a, listener state unchanged');
});

test('a bad result, and a handler that fails, make the listener UNKNOWN and give the event to another', () => {
  const world = new World({ p: ['p:a', 'p:b', 'p:c'] });
  world.pool('p', ['TICK']);
  for (const id of ['p:a', 'p:b', 'p:c']) {
    world.start(id);
    world.say(id, 'READY\n');
  }
  world.listeners.notify('TICK_5', '');
  world.say('p:a', 'RESULT x\n');
  world.say('p:b', 'RESULT 4\nBOOM');
  expect(world.sent).toEqual(['p:a p 0/0 TICK_5', 'p:b p 0/0 TICK_5', 'p:c p 0/0 TICK_5']);
  expect(world.logged).toContain("WARN a: bad result line: 'RESULT x'");
  expect(world.logged).toContain('WARN b: event caused an error');
  expect(world.logged.filter((line) => line.includes('has entered the UNKNOWN state'))).toHaveLength(2);
});

test('a written buffer_size is kept exactly; the loss is logged and counted', () => {
  const world = new World({ p: ['p:p'] });
  world.pool('p', ['TICK'], 1);
  world.listeners.notify('TICK_5', '');
  world.listeners.notify('TICK_60', '');
  expect(world.logged).toEqual(['ERRO pool p event buffer overflowed, discarding event 0']);
  expect(world.listeners.report()).toEqual([{ name: 'p', waiting: 1, dropped: 1, listeners: [] }]);
});

test('a pool without a written buffer_size holds a thousand', () => {
  const world = new World({ p: ['p:p'] });
  world.pool('p', ['TICK'], 10, false);
  for (let i = 0; i < 1001; i += 1) world.listeners.notify('TICK_5', '');
  expect(world.listeners.report()).toMatchObject([{ waiting: 1000, dropped: 1 }]);
});

test('a pool that has been removed is told nothing', () => {
  const world = new World({ p: ['p:p'] });
  world.pool('p', ['TICK']);
  world.start('p:p');
  world.say('p:p', 'READY\n');
  world.listeners.removePool('p');
  world.listeners.notify('TICK_5', '');
  world.say('p:p', 'READY\n');
  expect(world.sent).toEqual([]);
  expect(world.listeners.report()).toEqual([]);
});
