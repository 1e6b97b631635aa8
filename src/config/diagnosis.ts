/**
 * What the doctor says of a configuration: plain data, made by the daemon's reader (src/daemon/config/doctor) and
 * shown by `tssupervisord --test` and by `tssupervisorctl doctor`.
 */

/** One thing that works, or starts, and yet is probably not what was meant. */
export interface Finding {
  /** Which rule says so: `uwsgi-term`. */
  readonly rule: string;
  readonly file: string;
  readonly line: number | undefined;
  readonly section: string;
  readonly key: string | undefined;
  /** What is wrong, one sentence without a full stop. Never shows values that may be secret. */
  readonly what: string;
  /** What to type, or to do. */
  readonly fix: string;
  /** Where the project concerned says so. */
  readonly source: string;
}

export interface DiagnosisRequest {
  /** Undefined: the file that the daemon would find. */
  readonly file: string | undefined;
  /** The command as it was typed: the search for a file starts beside it. */
  readonly argv0: string;
  /** Instead of warnings: what Supervisor would not accept, pass over, or do differently. */
  readonly forSupervisor: boolean;
}

export interface Diagnosis {
  readonly file: string | undefined;
  /** Why the file cannot be used, each with its place; without any the findings are complete. */
  readonly problems: readonly string[];
  readonly findings: readonly Finding[];
}

/** A finding for a person: where, what, what to type, and who says so. */
export function formatFinding({ file, line, section, key, what, fix, rule, source }: Finding): string {
  const place = line === undefined ? file : `${file}:${line}`;
  const setting = key === undefined ? `[${section}]` : `[${section}] ${key}`;
  return `${place}: ${setting}: ${what}\n  type: ${fix}\n  ${rule}, ${source}`;
}
