/** What a kind of proxy is asked to do, whichever it is. */
import type { Server, WishedServer } from './servers.ts';

/** It is as was wished; or why not, one sentence without a full stop, for the log and for `upstreams`. */
export type Applied =
  | { readonly ok: true }
  /** `isEarly`: it may be about to start, which is no news yet. */
  | { readonly ok: false; readonly why: string; readonly isEarly?: boolean };

export interface Driver {
  /** Makes the proxy's servers these. One call at a time. Never rejects. */
  apply(servers: readonly WishedServer[]): Promise<Applied>;
  /** How many of the server's connections do not count, because the proxy only keeps them; undefined: it has requests under way. */
  idleConnections(server: Server): Promise<number | undefined>;
  close(): void;
}

/** What a driver says by itself. */
export interface DriverLog {
  error(text: string): void;
  warn(text: string): void;
  info(text: string): void;
}
