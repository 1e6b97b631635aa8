import { expect, test } from 'vitest';
import { Actions, type DrilledDaemon, processesOf } from '../../../../src/ctl/drill/actions.ts';
import type { ActionKind } from '../../../../src/ctl/drill/plan.ts';
import type { JobInfo, ProcessInfo } from '../../../../src/ctl/supervisor.ts';
import { processInfo } from '../fake-context.ts';

const web = (number: number, pid: number, more: Partial<ProcessInfo> = {}) =>
  processInfo(`web_${number}`, 'RUNNING', { group: 'web', pid, ...more });

/** A daemon whose killed processes run again at once, as those with the next pids; a clock that only `sleep` moves. */
class Scene {
  now = 0;
  infos = [web(0, 100), web(1, 101), web(2, 102, { statename: 'FATAL' })];
  isInterrupted = false;
  readonly calls: string[] = [];
  readonly said: string[] = [];
  readonly jobs: Record<string, Partial<JobInfo>> = {};
  comesBackAs = 'RUNNING';

  async drill(actions: readonly ActionKind[], forMs: number, daemon: Partial<DrilledDaemon> = {}): Promise<Actions> {
    const drill = new Actions(
      {
        daemon: { ...this.#daemon(), ...daemon },
        now: () => this.now,
        sleep: async (ms) => {
          this.now += ms;
        },
        isOver: () => this.now >= forMs,
        isInterrupted: () => this.isInterrupted,
        say: (text) => this.said.push(text),
        refusal: (error) => (error === 'refused' ? 'the daemon has said no' : undefined),
      },
      { name: 'web:*', actions, pauseMs: 1_000 },
    );
    await drill.run();
    return drill;
  }

  #daemon(): DrilledDaemon {
    const job = async (what: string) => {
      this.calls.push(what);
      this.now += 100;
      return what;
    };
    return {
      getAllProcessInfo: async () => this.infos,
      getProcessInfo: async (name) => this.infos.find((one) => name === `web:${one.name}`) as ProcessInfo,
      signalProcess: async (name, signal) => {
        this.calls.push(`${signal} ${name}`);
        this.infos = this.infos.map((one) =>
          name === `web:${one.name}` ? { ...one, pid: one.pid + 100, statename: this.comesBackAs } : one,
        );
      },
      roll: (name, batch, force) => job(`roll ${name} ${batch} ${force}`),
      scale: (name, count) => job(`scale ${name} ${count}`),
      waitJob: async (id) => ({ id, what: id, state: 'done', cursor: 1, lines: [`${id}: done`], ...this.jobs[id] }),
    };
  }
}

test('actions come one after the other with a pause before each, round and round until the time is up', async () => {
  const scene = new Scene();
  const drill = await scene.drill(['roll', 'kill'], 4_500);
  expect(drill.done.map(({ name, beganAt }) => [name, beganAt])).toEqual([
    ['roll 1', 1_000],
    ['kill 1', 2_100],
    ['roll 2', 3_100],
    ['kill 2', 4_200],
  ]);
  expect(drill.failures).toEqual([]);
});

test('each action comes once, however short the time is', async () => {
  const drill = await new Scene().drill(['roll', 'kill'], 0);
  expect(drill.done.map(({ name }) => name)).toEqual(['roll 1', 'kill 1']);
});

test('each kill is of another process, out of those that run, and over when it runs again', async () => {
  const scene = new Scene();
  await scene.drill(['kill'], 3_500);
  expect(scene.calls).toEqual(['KILL web:web_0', 'KILL web:web_1', 'KILL web:web_0']);
  expect(scene.said.slice(0, 2)).toEqual([
    'kill 1: SIGKILL to web:web_0 (pid 100)',
    'kill 1: web:web_0 runs again (pid 200)',
  ]);
});

test('a process that does not come back is told, and no other is killed', async () => {
  const scene = new Scene();
  scene.comesBackAs = 'FATAL';
  const drill = await scene.drill(['kill'], 10_000);
  expect(scene.calls).toEqual(['KILL web:web_0']);
  expect(drill.failures).toEqual([{ action: 'kill 1', why: 'web:web_0 does not run again: FATAL' }]);
  expect(scene.now).toBe(1_000); // at once, and not after a minute
});

test('scaling takes one more, and then one less', async () => {
  const scene = new Scene();
  const drill = await scene.drill(['scale'], 1_500);
  expect(scene.calls).toEqual(['scale web +1', 'scale web -1']);
  expect(drill.leftOver).toEqual([]);
});

test('what the daemon refuses is not tried again; the rest goes on', async () => {
  const scene = new Scene();
  const drill = await scene.drill(['roll', 'kill'], 4_500, { roll: () => Promise.reject('refused') });
  expect(drill.failures).toEqual([{ action: 'roll 1', why: 'the daemon has said no' }]);
  expect(drill.done.map(({ name }) => name)).toEqual(['roll 1', 'kill 1', 'kill 2', 'kill 3']);
});

test('a roll that fails is a failure of the drill', async () => {
  const scene = new Scene();
  scene.jobs['roll web:*  false'] = { id: 'roll-7', state: 'failed', lines: ['failed: 0 of 3 run anew'] };
  const drill = await scene.drill(['roll'], 4_500);
  expect(drill.failures).toEqual([{ action: 'roll 1', why: 'roll web:*  false has failed' }]);
});

test('an interrupted drill names the job that goes on and what to type to have things as they were', async () => {
  const scene = new Scene();
  const drill = await scene.drill(['scale'], 4_500, {
    waitJob: async (id, cursor) => {
      if (cursor === 0) return { id, what: id, state: 'running', cursor: 1, lines: ['begun'] };
      scene.isInterrupted = true;
      throw new Error('the connection is closed');
    },
  });
  expect(drill.leftOver).toEqual([
    'scale web +1 goes on; to look at it: job scale web +1, to end it: job scale web +1 cancel',
    'there may be one process more; to take it back: scale web=-1',
  ]);
});

test('a name means one process, or all of a group, with and without its star', () => {
  const infos = [web(0, 1), web(1, 2), processInfo('cat', 'RUNNING')];
  const names = (name: string) => processesOf(name, infos).map((one) => one.name);
  expect(names('web')).toEqual(['web_0', 'web_1']);
  expect(names('web:*')).toEqual(['web_0', 'web_1']);
  expect(names('web:web_1')).toEqual(['web_1']);
  expect(names('cat')).toEqual(['cat']);
  expect(names('web:nobody')).toEqual([]);
});
