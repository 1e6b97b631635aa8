import type { FaultName } from '../../rpc/faults.ts';

/** Why something is not begun: thrown as a Fault by the daemon itself, whose class is not that of its parts. */
export interface Refusal {
  readonly fault: FaultName;
  readonly text?: string;
}
