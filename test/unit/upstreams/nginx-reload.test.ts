/** How an nginx is told: one that is a program of the daemon, and one that is not. */
import { expect, test } from 'vitest';
import type { ProcessId } from '../../../src/daemon/core/supervisor-messages.ts';
import type { CommandEnd } from '../../../src/daemon/upstreams/command.ts';
import type { Applied } from '../../../src/daemon/upstreams/driver.ts';
import { NginxReload, type NginxReloadParts } from '../../../src/daemon/upstreams/nginx-reload.ts';
import { FakeOs } from '../../support/fake-os.ts';

const turn = () => new Promise((settle) => setImmediate(settle));
const nginx: ProcessId = 'nginx:nginx';

function setUp(reload: ConstructorParameters<typeof NginxReload>[1]) {
  const os = new FakeOs();
  const world = { state: 'RUNNING', workers: [11, 12], answer: { ok: true } as CommandEnd };
  const done: string[] = [];
  const parts: NginxReloadParts = {
    os,
    runtime: {
      signal: (id: ProcessId, signal: number) => {
        done.push(`${id} ${signal}`);
        return 0;
      },
      supervisor: { record: () => ({ state: { name: world.state, pid: 10 } }) },
    } as unknown as NginxReloadParts['runtime'],
    processes: {
      childrenOf: (pid) => (pid === 10 ? world.workers : []),
      titleOf: (pid) => (pid === 10 ? 'nginx: master process nginx' : 'nginx: worker process'),
      pids: () => [10, ...world.workers],
    },
    idsOf: (program) => (program === 'nginx' ? [nginx] : []),
    run: async (argv) => {
      done.push(argv.join(' '));
      return world.answer;
    },
  };
  const made = new NginxReload(parts, reload);
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 5) {
      os.advance(5);
      await turn();
    }
  };
  const ask = () => {
    const seen: { answer?: Applied } = {};
    made.request().then((answer) => {
      seen.answer = answer;
    });
    return seen;
  };
  return { os, world, done, pass, ask };
}

const program = { type: 'program', program: 'nginx' } as const;

test('all that ask within a moment are answered by one HUP, when the new workers run', async () => {
  const { world, done, pass, ask } = setUp(program);
  const asked = [ask(), ask(), ask()];
  await pass(100);
  expect(done).toEqual(['nginx:nginx 1']);
  expect(asked.map(({ answer }) => answer)).toEqual([undefined, undefined, undefined]);
  world.workers = [11, 12, 13, 14];
  await pass(100);
  expect(asked[0]?.answer).toBeUndefined();
  world.workers = [13, 14];
  await pass(30);
  expect(asked.map(({ answer }) => answer)).toEqual(Array(3).fill({ ok: true }));
});

test('an nginx that keeps its old workers is said to have refused its configuration', async () => {
  const { pass, ask, os } = setUp(program);
  const asked = ask();
  await pass(4900);
  expect(asked.answer).toBeUndefined();
  await pass(200);
  expect(asked.answer).toEqual({
    ok: false,
    why: expect.stringMatching(/^nginx was told to reload and has no new workers/),
  });
  expect(os.pending).toBe(0);
});

test('an nginx that is starting is told as soon as it has workers, for it may have read the old file', async () => {
  const { world, done, pass, ask } = setUp(program);
  world.state = 'STARTING';
  world.workers = [];
  const asked = ask();
  await pass(200);
  expect(done).toEqual([]);
  expect(asked.answer).toBeUndefined();
  world.workers = [11];
  await pass(50);
  expect(done).toEqual(['nginx:nginx 1']);
  expect(asked.answer).toBeUndefined();
  world.workers = [12];
  await pass(50);
  expect(asked.answer).toEqual({ ok: true });
});

test('a starting nginx that shows no workers is told when it is RUNNING', async () => {
  const { world, done, pass, ask } = setUp(program);
  world.state = 'STARTING';
  world.workers = [];
  const asked = ask();
  await pass(3000);
  expect(asked.answer).toBeUndefined();
  world.state = 'RUNNING';
  await pass(600);
  expect(done).toEqual(['nginx:nginx 1']);
  expect(asked.answer).toEqual({ ok: true });
});

test('an nginx that does not get up has nothing to be told: it reads the file at its next start', async () => {
  const { done, pass, ask, world, os } = setUp(program);
  world.state = 'STARTING';
  world.workers = [];
  const asked = ask();
  await pass(100);
  world.state = 'BACKOFF';
  await pass(50);
  expect(asked.answer).toEqual({ ok: true });
  expect(done).toEqual([]);
  expect(os.pending).toBe(0);
});

test('with a command the workers of every nginx of this machine are watched', async () => {
  const { world, done, pass, ask } = setUp({ type: 'command', argv: ['nginx', '-s', 'reload'] });
  const asked = ask();
  await pass(50);
  expect(done).toEqual(['nginx -s reload']);
  expect(asked.answer).toBeUndefined();
  world.workers = [13];
  await pass(50);
  expect(asked.answer).toEqual({ ok: true });
});

test('a command that fails is the answer', async () => {
  const { world, pass, ask } = setUp({ type: 'command', argv: ['false'] });
  world.answer = { ok: false, why: 'false exited with status 1' };
  const asked = ask();
  await pass(50);
  expect(asked.answer).toEqual({ ok: false, why: 'false exited with status 1' });
});
