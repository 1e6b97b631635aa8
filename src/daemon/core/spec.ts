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
  readonly startRetries: number;
  readonly exitCodes: readonly number[];
  readonly stopSignal: number;
  readonly stopWaitMs: number;
  readonly stopAsGroup: boolean;
  readonly killAsGroup: boolean;
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
