import { expect, test } from 'vitest';
import { resultHandler } from '../../../src/daemon/events/result-handlers.ts';

test("Supervisor's own handler wants OK, and nothing else", () => {
  const judge = resultHandler('supervisor.dispatchers:default_handler', () => undefined);
  expect(['OK', 'ok', 'OK\n', '', 'FAIL'].map((body) => judge(Buffer.from(body)))).toEqual([
    'processed',
    ...Array(4).fill('rejected'),
  ]);
});

test('supervisor_stdout:event_handler prints the lines of a PROCESS_LOG event with the name before them', () => {
  let printed = '';
  const judge = resultHandler('supervisor_stdout:event_handler', (text) => {
    printed += text;
  });
  const header = 'processname:web groupname:web pid:7 channel:stdout';
  expect(judge(Buffer.from(`${header}\none\ntwo\n`))).toBe('processed');
  expect(printed).toBe('web stdout | one\nweb stdout | two\n');
  expect(judge(Buffer.from('no line feed'))).toBe('failed');
  expect(judge(Buffer.from('when:7\n'))).toBe('failed');
});
