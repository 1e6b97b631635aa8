import { expect, test } from 'vitest';
import {
  enveloped,
  processCommunication,
  processGroup,
  processLog,
  processState,
  remoteCommunication,
  tick,
} from '../../../src/daemon/events/payloads.ts';
import type { StateName } from '../../../src/rpc/states.ts';

const news = { type: 'processState', id: 'pets:cat' } as const;
const words = 'processname:cat groupname:pets';

test.each<[StateName, StateName, object, string]>([
  ['STARTING', 'STOPPED', { tries: 0 }, 'from_state:STOPPED tries:0'],
  ['RUNNING', 'STARTING', { pid: 27 }, 'from_state:STARTING pid:27'],
  ['BACKOFF', 'STARTING', { tries: 1 }, 'from_state:STARTING tries:1'],
  ['STOPPING', 'RUNNING', { pid: 27 }, 'from_state:RUNNING pid:27'],
  ['EXITED', 'RUNNING', { pid: 27, expected: true }, 'from_state:RUNNING expected:1 pid:27'],
  ['EXITED', 'RUNNING', { pid: 27, expected: false }, 'from_state:RUNNING expected:0 pid:27'],
  ['STOPPED', 'STOPPING', { pid: 27 }, 'from_state:STOPPING pid:27'],
  ['STOPPED', 'BACKOFF', { pid: 0 }, 'from_state:BACKOFF pid:0'],
  ['FATAL', 'BACKOFF', {}, 'from_state:BACKOFF'],
  ['UNKNOWN', 'STOPPING', {}, 'from_state:STOPPING'],
])('%s from %s says what Supervisor says', (to, from, told, rest) => {
  expect(processState({ ...news, to, from, ...told })).toEqual([`PROCESS_STATE_${to}`, `${words} ${rest}`]);
});

test('output, remote, group and tick events say what Supervisor says', () => {
  expect(processLog('pets:cat', 3, 'stderr', 'a\nb')).toBe(`${words} pid:3 channel:stderr\na\nb`);
  expect(processCommunication('pets:cat', 3, 'a')).toBe(`${words} pid:3\na`);
  expect(remoteCommunication('t', 'd')).toBe('type:t\nd');
  expect(processGroup('pets')).toBe('groupname:pets\n');
  expect(tick(1_700_000_000)).toBe('when:1700000000');
});

test('len counts characters, not bytes and not UTF-16 units', () => {
  const envelope = enveloped({
    identifier: 'supervisor',
    serial: 21,
    pool: 'watch',
    poolSerial: 10,
    name: 'REMOTE_COMMUNICATION',
    payload: 'type:t\nMalmö bridge 😀',
  });
  const header = 'ver:3.0 server:supervisor serial:21 pool:watch poolserial:10 eventname:REMOTE_COMMUNICATION len:21';
  expect(envelope).toBe(`${header}\ntype:t\nMalmö bridge 😀`);
});
