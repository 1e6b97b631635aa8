/**
 * The structs that `supervisor.*` answers with: exactly Supervisor's fields, in the order in which it sends them.
 * They are types and not interfaces so that they count as XML-RPC structs.
 */
import type { StateName } from './states.ts';

export type StateInfo = {
  readonly statecode: number;
  readonly statename: 'FATAL' | 'RUNNING' | 'RESTARTING' | 'SHUTDOWN';
};

export type ProcessInfo = {
  readonly name: string;
  readonly group: string;
  /** Seconds since the epoch of the last start; 0 is never. */
  readonly start: number;
  /** Seconds since the epoch of the last death; 0 is never. */
  readonly stop: number;
  /** Seconds since the epoch when this was made. */
  readonly now: number;
  readonly state: number;
  readonly statename: StateName;
  readonly spawnerr: string;
  /** 0 if there is none yet, -1 for death by a signal. */
  readonly exitstatus: number;
  /** The same as stdout_logfile: its old name. */
  readonly logfile: string;
  /** Empty when nothing is logged. */
  readonly stdout_logfile: string;
  readonly stderr_logfile: string;
  /** 0 when it does not run. */
  readonly pid: number;
  readonly description: string;
};

/** What is unset is the string `none`, what is AUTO the string `auto`. Times in seconds, sizes in bytes. */
export type ConfigInfo = {
  readonly autostart: boolean;
  readonly directory: string;
  readonly uid: number | string;
  readonly command: string;
  readonly exitcodes: readonly number[];
  readonly group: string;
  readonly group_prio: number;
  /** Whether the group of that name is active. */
  readonly inuse: boolean;
  readonly killasgroup: boolean;
  readonly name: string;
  readonly process_prio: number;
  readonly redirect_stderr: boolean;
  readonly startretries: number;
  readonly startsecs: number;
  readonly stdout_capture_maxbytes: number;
  readonly stdout_events_enabled: boolean;
  readonly stdout_logfile: string;
  readonly stdout_logfile_backups: number;
  readonly stdout_logfile_maxbytes: number;
  readonly stdout_syslog: boolean;
  readonly stopsignal: number;
  readonly stopwaitsecs: number;
  readonly stderr_capture_maxbytes: number;
  readonly stderr_events_enabled: boolean;
  readonly stderr_logfile: string;
  readonly stderr_logfile_backups: number;
  readonly stderr_logfile_maxbytes: number;
  readonly stderr_syslog: boolean;
  readonly serverurl: string;
};

/** What became of one process in a call that was about many. */
export type ProcessResult = {
  readonly name: string;
  readonly group: string;
  /** 80 for success, else the fault's code. */
  readonly status: number;
  /** `OK`, else the fault's text. */
  readonly description: string;
};

/** [bytes as text, the log's size: the offset to go on from, whether some were left out] */
export type Tail = readonly [text: string, offset: number, overflow: boolean];

/** One outer element that holds three lists of group names. */
export type Reread = readonly [
  changes: readonly [added: readonly string[], changed: readonly string[], removed: readonly string[]],
];
