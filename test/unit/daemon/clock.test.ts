import { expect, test } from 'vitest';
import { describe } from '../../../src/daemon/description.ts';
import { Runtime } from '../../../src/daemon/runtime.ts';
import { FakeOs } from '../../support/fake-os.ts';
import { groupSpec } from '../../support/specs.ts';

/** A machine whose wall clock somebody sets. */
class SetClockOs extends FakeOs {
  shiftSeconds = 0;

  override epoch(): number {
    return super.epoch() + this.shiftSeconds;
  }
}

test.each([-86_400, 86_400])('a wall clock that is set by %d seconds decides about no program', (shiftSeconds) => {
  const os = new SetClockOs();
  const log: string[] = [];
  const say = (text: string): void => void log.push(text);
  let pids = 0;
  const runtime = new Runtime({
    os,
    launcher: {
      launch: () => ({ type: 'running', pid: ++pids }),
      ended: () => undefined,
      settled: () => undefined,
      leftBehind: () => false,
      whenCleared: (_, run) => run(),
      orphanEnded: () => undefined,
      started: () => undefined,
      prepareStop: () => Promise.resolve(),
    },
    log: { critical: say, warn: say, info: say, debug: say },
    onEvent: () => undefined,
    onFinished: () => undefined,
  });
  const spec = { name: 'p' };
  runtime.send({ type: 'addGroup', group: groupSpec('p', 999, [spec]) });
  runtime.send({ type: 'boot' });
  os.shiftSeconds = shiftSeconds;
  os.advance(999);
  const record = () => runtime.supervisor.record('p:p');
  expect(record()?.state.name).toBe('STARTING');
  os.advance(2);
  const running = record();
  if (running === undefined) throw new Error('There is no process');
  expect(running.state.name).toBe('RUNNING');
  expect(describe(running, 'p', os.epoch(), () => '')).toBe(
    `pid 1, uptime ${shiftSeconds < 0 ? '0:00:00' : '1 day, 0:00:01'}`,
  );

  os.shiftSeconds = 0;
  runtime.process('p:p', { type: 'stop' });
  os.shiftSeconds = shiftSeconds;
  os.advance(9_999);
  expect(os.signals).toEqual(['1:15']);
  os.advance(2);
  expect(os.signals).toEqual(['1:15', '1:9']);
});
