/** Asks a server once, by whatever way is the cheapest for its protocol. */
import type { Cancel, Os } from '../os/os.ts';
import type { Posix } from '../os/posix.ts';
import type { SocketAddress } from '../os/sockaddr.ts';
import { codecOf, type SocketProbeSpec } from './probe-spec.ts';
import { connectAtOnce } from './quick-connect.ts';
import { askSocket } from './socket-probe.ts';
import type { Verdict } from './verdict.ts';

export interface AskOptions {
  readonly os: Pick<Os, 'now' | 'callAt' | 'nextTurn'>;
  readonly posix: Pick<Posix, 'socket' | 'connect' | 'close'>;
  readonly probe: SocketProbeSpec;
  readonly target: SocketAddress;
  readonly timeoutMs: number;
  onVerdict(verdict: Verdict): void;
}

/** Exactly one verdict, never before this call has returned; none after a cancel. */
export function askServer({ os, posix, probe, target, timeoutMs, onVerdict }: AskOptions): Cancel {
  const verdict = probe.kind === 'tcp' ? connectAtOnce(posix, target) : undefined;
  if (verdict === undefined) return askSocket({ os, target, codec: codecOf(probe), timeoutMs, onVerdict });
  let isCancelled = false;
  os.nextTurn(() => {
    if (!isCancelled) onVerdict(verdict);
  });
  return () => {
    isCancelled = true;
  };
}
