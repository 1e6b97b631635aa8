/** Process states and their public codes (Supervisor manual, "Process States"). */
export const stateCodes = {
  STOPPED: 0,
  STARTING: 10,
  RUNNING: 20,
  BACKOFF: 30,
  STOPPING: 40,
  EXITED: 100,
  FATAL: 200,
  UNKNOWN: 1000,
} as const;

export type StateName = keyof typeof stateCodes;

/** `start` answers ALREADY_STARTED in these, `stop` is legal. */
export const runningStates: ReadonlySet<StateName> = new Set<StateName>(['STARTING', 'RUNNING', 'BACKOFF']);

/** A group all of whose processes are in these can be removed; `status` exits with 3. */
export const stoppedStates: ReadonlySet<StateName> = new Set<StateName>(['STOPPED', 'EXITED', 'FATAL', 'UNKNOWN']);

/** `signal` is legal in these. */
export const signallableStates: ReadonlySet<StateName> = new Set<StateName>(['STARTING', 'RUNNING', 'STOPPING']);

/** What `supervisor.getState` answers with. */
export const moodCodes = { FATAL: 2, RUNNING: 1, RESTARTING: 0, SHUTDOWN: -1 } as const;

export type Mood = Exclude<keyof typeof moodCodes, 'FATAL'>;
