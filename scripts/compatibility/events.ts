/** What event listeners are told. */
import type { EventName } from '../../src/rpc/events.ts';
import { listenerSettings, listeners, real, unit } from './evidence.ts';
import { same, type Verdict } from './verdict.ts';

const steps = listeners('every step of a life is told, in order, with its words');
const output = listeners('output, communications and messages from outside are told, with len in characters');
const end = listeners('the end of the daemon is told, and what stops before the listener');
const below = real('events/trees')('a listener that names a type is sent all types below it');
const ticks = unit('events/ticks')('a tick comes when the clock passes a multiple of the period');

export const events = {
  EVENT: same(below),
  PROCESS_STATE: same(below, steps),
  PROCESS_STATE_STOPPED: same(steps, end),
  PROCESS_STATE_EXITED: same(steps),
  PROCESS_STATE_STARTING: same(steps),
  PROCESS_STATE_STOPPING: same(steps),
  PROCESS_STATE_BACKOFF: same(steps),
  PROCESS_STATE_FATAL: same(steps),
  PROCESS_STATE_RUNNING: same(steps),
  PROCESS_STATE_UNKNOWN: same(
    unit('events/payloads')(
      '%s from %s says what Supervisor says',
      "['UNKNOWN', 'STOPPING', {}, 'from_state:STOPPING']",
    ),
    unit('daemon/runtime')(
      'a signal that the system refuses makes the process UNKNOWN, one that comes too late does not',
    ),
  ),
  PROCESS_COMMUNICATION: same(below, output),
  PROCESS_COMMUNICATION_STDOUT: same(output),
  PROCESS_COMMUNICATION_STDERR: same(output),
  PROCESS_LOG: same(below, output),
  PROCESS_LOG_STDOUT: same(output),
  PROCESS_LOG_STDERR: same(
    listenerSettings(
      'stderr_events_enabled announces what is written to stderr, stdout_events_enabled of a listener nothing',
    ),
  ),
  REMOTE_COMMUNICATION: same(output),
  SUPERVISOR_STATE_CHANGE: same(below, steps),
  SUPERVISOR_STATE_CHANGE_RUNNING: same(steps),
  SUPERVISOR_STATE_CHANGE_STOPPING: same(end),
  TICK: same(below),
  TICK_5: same(listeners('ticks come at multiples of five seconds')),
  TICK_60: same(ticks),
  TICK_3600: same(unit('events/ticks')('a tick of an hour comes at the full hour')),
  PROCESS_GROUP: same(below, steps),
  PROCESS_GROUP_ADDED: same(steps, listeners('a listener added later hears of itself, one removed hears no more')),
  PROCESS_GROUP_REMOVED: same(steps),
} satisfies Readonly<Record<EventName, Verdict>>;

export const protocol = {
  'the header line and its `len`': same(output),
  '`READY`, `RESULT 2` and `OK`': same(listeners('every step of a life is told, in order, with its words')),
  '`FAIL`': same(listeners('a rejected event is sent again with the same numbers until it is taken')),
  'a listener that breaks the protocol': same(
    listeners('what breaks the protocol is deaf from then on, and says so once'),
  ),
  'several listeners in a pool, several pools': same(
    real('events/pools')('the listeners of a pool share its events, and every pool has them all'),
  ),
  'a listener that dies with an event': same(listeners('an event that a listener died with is sent to its next life')),
} satisfies Readonly<Record<string, Verdict>>;
