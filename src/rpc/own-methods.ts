/** Every method of the `tssupervisor` namespace: what Supervisor has no method for. Declared as `methods.ts` does. */
import type { Answer, MethodDeclaration } from './methods.ts';

/** Who is told of a pool's events. */
export type ListenerPool = {
  readonly name: string;
  /** Events that wait for a listener. */
  readonly waiting: number;
  /** Events lost because too many waited, since the daemon started. */
  readonly dropped: number;
  readonly listeners: readonly { readonly name: string; readonly state: string }[];
};

/** One port of one process. */
export type PortInfo = {
  readonly group: string;
  readonly name: string;
  /** `port`, or `port_metrics`. */
  readonly key: string;
  readonly bind: string;
  readonly port: number;
  readonly statename: string;
  /** Who listens there now: pid and command line. Empty where nobody does, or nobody whom the daemon may see. */
  readonly holders: readonly { readonly pid: number; readonly command: string; readonly startedas: string }[];
};

export interface OwnMethods {
  getVersion(): Answer<string>;
  getPorts(): Answer<readonly PortInfo[]>;
  getListenerPools(): Answer<readonly ListenerPool[]>;
}

export const ownMethods = {
  getVersion: { params: [], result: 'string', doc: 'The version of tssupervisor.' },
  getPorts: {
    params: [],
    result: 'array',
    doc: 'Every port that the files give to a process, and who listens on it.',
  },
  getListenerPools: {
    params: [],
    result: 'array',
    doc: 'The pools of event listeners: how many events wait, how many were lost, what each listener is doing.',
  },
} as const satisfies Record<keyof OwnMethods, MethodDeclaration>;
