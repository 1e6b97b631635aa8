/**
 * What the core must know of a program to decide about it, in numbers and milliseconds. How a program is found,
 * started and logged is not here: that is the launcher's, which reads the configuration itself.
 */
export interface ProcessSpec {
  readonly name: string;
  readonly group: string;
  /** Lower starts first and stops last, inside its group. */
  readonly priority: number;
  readonly autostart: boolean;
  readonly autorestart: boolean | 'unexpected';
  /** How long it must stay up to count as RUNNING; 0 counts at once. */
  readonly startMs: number;
  /** -1 is without end. */
  readonly startRetries: number;
  readonly exitCodes: readonly number[];
  readonly stopSignal: number;
  readonly stopWaitMs: number;
  readonly stopAsGroup: boolean;
  readonly killAsGroup: boolean;
  /** Keys of ours that change whether and when it is started again; without it all is as under Supervisor. */
  readonly restart?: RestartSpec | undefined;
  /** RUNNING needs a good answer of the probe `ready` as well, at most so long after the spawn. */
  readonly ready?: ReadySpec | undefined;
  /** Something is to be done before its stop signal, which takes so long at most: see the effect `prepareStop`. */
  readonly prepareStopMs?: number | undefined;
  /** What must be there before it is started (`depends_on`), and stops only after it. */
  readonly dependsOn?: readonly Dependency[] | undefined;
}

/**
 * `started`: its process runs; `ready`: RUNNING and ready; `exited`: it has ended. What has ended as expected meets
 * all three.
 */
export type Condition = 'started' | 'ready' | 'exited';

export interface Dependency {
  /** As one would write it, with the condition: `redis:ready`. */
  readonly text: string;
  readonly condition: Condition;
  /** All of these: `group:name`, or `group:*` for whatever the group has. */
  readonly targets: readonly string[];
}

export interface ReadySpec {
  readonly timeoutMs: number;
}

/** How a program that ends, or that does not start, is treated beyond `autorestart` and `startretries`. */
export interface RestartSpec {
  /** `supervisor`: each wait is a second longer; `exponential`: `initialMs`, times `factor` each, up to `maxMs`. */
  readonly backoff: 'supervisor' | 'exponential';
  readonly initialMs: number;
  readonly factor: number;
  readonly maxMs: number;
  /** By how much of itself a wait may be shorter or longer: 0.2 is 20 %. */
  readonly jitter: number;
  /** Whether one that ends after RUNNING waits too; so long RUNNING, and the waits begin anew. */
  readonly afterExit: boolean;
  readonly resetMs: number;
  /** More ends of its own than that in so long a time are too many. */
  readonly limit: { readonly exits: number; readonly withinMs: number } | undefined;
  /** How long it stays FATAL; 0 is until somebody starts it. */
  readonly fatalRetryMs: number;
  /** Its last end is the daemon's: an end that is not followed by a start or FATAL (`exit`), or only FATAL. */
  readonly exitDaemon: 'exit' | 'fatal' | undefined;
}

export interface GroupSpec {
  readonly name: string;
  /** Groups with a lower number start first; a higher one is stopped before a lower one is touched. */
  readonly priority: number;
  /** In the order in which they autostart. */
  readonly processes: readonly ProcessSpec[];
}

/** One moment twice: `at` in monotonic milliseconds decides, `epoch` in whole seconds is only shown. */
export interface Moment {
  readonly at: number;
  readonly epoch: number;
}
