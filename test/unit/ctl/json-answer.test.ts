import { expect, test } from 'vitest';
import type { NotedCall } from '../../../src/ctl/json-answer.ts';
import { documentOf } from '../../../src/ctl/parts/json.ts';
import { faultCodes } from '../../../src/rpc/faults.ts';

type Answer = 'SUCCESS' | 'NOT_RUNNING' | 'ALREADY_STARTED' | 'SPAWN_ERROR';

const call = (action: 'start' | 'stop', answer: Answer): NotedCall => ({
  method: `supervisor.${action}Process`,
  params: ['web'],
  outcome: answer === 'SUCCESS' ? { result: true } : { code: faultCodes[answer], message: `${answer}: web` },
});

function told(verb: string, exitcode: number, lines: readonly string[], ...calls: NotedCall[]) {
  const { ok, error } = JSON.parse(
    documentOf({ verb, words: ['web'], lines, calls, fields: undefined, trouble: undefined }, exitcode),
  );
  return { ok, error };
}

test('a restart of what did not run is ok: it was started', () => {
  const calls = [call('stop', 'NOT_RUNNING'), call('start', 'SUCCESS')];
  expect(told('restart', 0, ['web: ERROR (not running)', 'web: started'], ...calls)).toEqual({ ok: true });
});

test('a restart that did not start it is not ok, and the error is that of the start', () => {
  const calls = [call('stop', 'NOT_RUNNING'), call('start', 'SPAWN_ERROR')];
  expect(told('restart', 7, ['web: ERROR (not running)', 'web: ERROR (spawn error)'], ...calls)).toEqual({
    ok: false,
    error: { code: 'SPAWN_ERROR', message: 'web: ERROR (spawn error)' },
  });
});

test('a restart whose start came too late is not ok, whatever the exit status', () => {
  const calls = [call('stop', 'SUCCESS'), call('start', 'ALREADY_STARTED')];
  expect(told('restart', 0, ['web: stopped', 'web: ERROR (already started)'], ...calls)).toEqual({
    ok: false,
    error: { code: 'ALREADY_STARTED', message: 'web: ERROR (already started)' },
  });
});

test('what is so already is no failure of a start or a stop', () => {
  expect(told('start', 0, [], call('start', 'ALREADY_STARTED'))).toEqual({ ok: true });
  expect(told('stop', 0, [], call('stop', 'NOT_RUNNING'))).toEqual({ ok: true });
});
