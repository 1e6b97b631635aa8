/**
 * Every event there is: its name, its parent, what its payload says. Whoever subscribes to an event is sent all that
 * stand below it; those marked abstract only group others and are never sent themselves.
 *
 * Names, tree and payloads are Supervisor's (its manual, "Event Types"; protocol version 3.0).
 */

export interface EventKind {
  readonly parent: string | undefined;
  readonly isAbstract: boolean;
  /** The payload, as `docs/compatibility.md` shows it. */
  readonly payload: string;
}

const group = (parent: string | undefined): EventKind => ({ parent, isAbstract: true, payload: '' });
const sent = (parent: string, payload: string): EventKind => ({ parent, isAbstract: false, payload });

const ofProcess = 'processname:NAME groupname:GROUP from_state:STATE';
const ofOutput = 'processname:NAME groupname:GROUP pid:PID';

export const eventKinds = {
  EVENT: group(undefined),
  PROCESS_STATE: group('EVENT'),
  PROCESS_STATE_STOPPED: sent('PROCESS_STATE', `${ofProcess} pid:PID`),
  PROCESS_STATE_EXITED: sent('PROCESS_STATE', `${ofProcess} expected:0 pid:PID`),
  PROCESS_STATE_STARTING: sent('PROCESS_STATE', `${ofProcess} tries:N`),
  PROCESS_STATE_STOPPING: sent('PROCESS_STATE', `${ofProcess} pid:PID`),
  PROCESS_STATE_BACKOFF: sent('PROCESS_STATE', `${ofProcess} tries:N`),
  PROCESS_STATE_FATAL: sent('PROCESS_STATE', ofProcess),
  PROCESS_STATE_RUNNING: sent('PROCESS_STATE', `${ofProcess} pid:PID`),
  PROCESS_STATE_UNKNOWN: sent('PROCESS_STATE', ofProcess),
  PROCESS_COMMUNICATION: group('EVENT'),
  PROCESS_COMMUNICATION_STDOUT: sent('PROCESS_COMMUNICATION', `${ofOutput}, a line feed, what was captured`),
  PROCESS_COMMUNICATION_STDERR: sent('PROCESS_COMMUNICATION', `${ofOutput}, a line feed, what was captured`),
  PROCESS_LOG: group('EVENT'),
  PROCESS_LOG_STDOUT: sent('PROCESS_LOG', `${ofOutput} channel:stdout, a line feed, what was written`),
  PROCESS_LOG_STDERR: sent('PROCESS_LOG', `${ofOutput} channel:stderr, a line feed, what was written`),
  REMOTE_COMMUNICATION: sent('EVENT', 'type:TYPE, a line feed, the data'),
  SUPERVISOR_STATE_CHANGE: group('EVENT'),
  SUPERVISOR_STATE_CHANGE_RUNNING: sent('SUPERVISOR_STATE_CHANGE', 'empty'),
  SUPERVISOR_STATE_CHANGE_STOPPING: sent('SUPERVISOR_STATE_CHANGE', 'empty'),
  TICK: group('EVENT'),
  TICK_5: sent('TICK', 'when:SECONDS'),
  TICK_60: sent('TICK', 'when:SECONDS'),
  TICK_3600: sent('TICK', 'when:SECONDS'),
  PROCESS_GROUP: group('EVENT'),
  PROCESS_GROUP_ADDED: sent('PROCESS_GROUP', 'groupname:GROUP, a line feed'),
  PROCESS_GROUP_REMOVED: sent('PROCESS_GROUP', 'groupname:GROUP, a line feed'),
} as const satisfies Record<string, EventKind>;

/** Told in `GET /events` alone, with what its data says: event listeners know Supervisor's events, and no others. */
export const streamKinds = {
  PROCESS_SERVING: 'groupname, processname, serving, why: a program with `ready` serves from now on, or not any more',
  JOB_BEGAN: 'id, what',
  JOB_SAID: 'id, cursor, text',
  JOB_ENDED: 'id, state (done, failed, cancelled), cursor, text',
} as const satisfies Record<string, string>;

export type EventName = keyof typeof eventKinds;

const kinds: Readonly<Record<string, EventKind>> = eventKinds;

/** What an `events` line may name. */
export const eventNames = Object.keys(eventKinds) as readonly EventName[];

export function isEventName(text: string): text is EventName {
  return Object.hasOwn(eventKinds, text);
}

/** The names of all events that a subscription to `names` is sent: themselves and what stands below them. */
export function eventsBelow(names: readonly string[]): ReadonlySet<EventName> {
  const wanted = new Set(names);
  return new Set(
    eventNames.filter((name) => {
      if (eventKinds[name].isAbstract) return false;
      for (let at: string | undefined = name; at !== undefined; at = kinds[at]?.parent) if (wanted.has(at)) return true;
      return false;
    }),
  );
}
