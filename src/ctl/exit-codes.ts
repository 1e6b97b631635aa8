import { faultCodes } from '../rpc/faults.ts';

/** What a command ends with: the LSB's codes for init scripts, as far as Supervisor uses them. */
export const exitCodes = {
  SUCCESS: 0,
  GENERIC: 1,
  INVALID_ARGS: 2,
  UNIMPLEMENTED_FEATURE: 3,
  INSUFFICIENT_PRIVILEGES: 4,
  NOT_INSTALLED: 5,
  NOT_RUNNING: 7,
} as const;

/** What `status` ends with: the LSB has codes of its own for it. */
export const statusExitCodes = { NOT_RUNNING: 3, UNKNOWN: 4 } as const;

const deadProgramFaults: ReadonlySet<number> = new Set([
  faultCodes.SPAWN_ERROR,
  faultCodes.ABNORMAL_TERMINATION,
  faultCodes.NOT_RUNNING,
]);

/** What the result `status` of one process means for the whole command; `forgiven` is no failure there. */
export function exitCodeOf(status: number, forgiven?: number): number {
  if (status === faultCodes.SUCCESS || status === forgiven) return exitCodes.SUCCESS;
  return deadProgramFaults.has(status) ? exitCodes.NOT_RUNNING : exitCodes.GENERIC;
}

/** Gathers the exit code of a command that does several things: the last failure decides, a success changes nothing. */
export class ExitCode {
  #code = 0;

  add(code: number): void {
    if (code !== 0) this.#code = code;
  }

  get value(): number {
    return this.#code;
  }
}
