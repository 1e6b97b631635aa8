/**
 * Asks a server once: connect, send, judge what comes. There is exactly one verdict, never before this call has
 * returned; and after it, or after a cancel, nothing is left: no socket, no timer. Only where the codec reads on, the
 * socket stays until the server closes it, as long as the time limit and `maxAnswerBytes` allow.
 */
import { connect } from 'node:net';
import type { Cancel, Os } from '../os/os.ts';
import type { SocketAddress } from '../os/sockaddr.ts';
import { type Codec, garbage, limitText, maxAnswerBytes, type Verdict } from './verdict.ts';

export interface SocketProbeOptions {
  readonly os: Pick<Os, 'now' | 'callAt'>;
  readonly target: SocketAddress;
  readonly codec: Codec;
  /** For all of it: looking up a name, connecting, the answer. */
  readonly timeoutMs: number;
  onVerdict(verdict: Verdict): void;
}

const nothing = Buffer.alloc(0);
/** What is read by any of the probes is copied from here at once. (Else Node allocates 64 KiB for each answer.) */
const buffer = Buffer.alloc(16 * 1024);

/** Begins to ask. To cancel after the verdict does no harm, and ends a reading on. */
export function askSocket({ os, target, codec, timeoutMs, onVerdict }: SocketProbeOptions): Cancel {
  const take = (length: number): boolean => {
    count += length;
    if (!isJudged) {
      received = Buffer.concat([received, buffer.subarray(0, length)]);
      judge(false);
    }
    if (count >= maxAnswerBytes) close();
    return true;
  };
  const where = target.family === 'unix' ? { path: target.path } : { host: target.host, port: target.port };
  const socket = connect({ ...where, onread: { buffer, callback: take } });
  let received: Buffer = nothing;
  let count = 0;
  let isConnected = false;
  let isJudged = false;

  const close = (): void => {
    cancelTimer();
    socket.destroy();
  };
  const decide = (verdict: Verdict): void => {
    if (isJudged) return;
    isJudged = true;
    if (codec.readsOn !== true || !verdict.ok) close();
    onVerdict(verdict);
  };
  const judge = (isEnd: boolean): void => {
    if (isJudged) return;
    const verdict = codec.judge(received, isEnd);
    if (verdict !== 'more') decide(verdict);
    else if (isEnd || received.length >= maxAnswerBytes) decide(garbage(received));
  };
  const cancelTimer = os.callAt(os.now() + timeoutMs, () => {
    decide({ ok: false, why: silence(isConnected, received.length > 0, limitText(timeoutMs)) });
    close();
  });

  // Node tells of a failure and of the close in a later turn, so no verdict comes before this function has returned.
  socket.on('error', (error: Error & { code?: string }) =>
    decide({ ok: false, why: failure(error.code ?? error.message, target, isConnected) }),
  );
  socket.on('close', () => {
    judge(true);
    cancelTimer();
  });
  socket.on('connect', () => {
    isConnected = true;
    const request = codec.request(target);
    if (request.length === 0) return judge(false);
    socket.write(request);
  });
  return () => {
    isJudged = true;
    close();
  };
}

function silence(isConnected: boolean, isBegun: boolean, limit: string): string {
  if (!isConnected) return `did not accept the connection within ${limit}`;
  return isBegun ? `did not finish its answer within ${limit}` : `did not answer within ${limit}`;
}

/** `code` is the name of an errno, or of a look-up's error. */
export function failure(code: string, target: SocketAddress, isConnected: boolean): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'refused the connection';
    case 'ECONNRESET':
    case 'EPIPE':
      return isConnected ? 'reset the connection' : 'refused the connection';
    case 'ENOENT':
      return target.family === 'unix' ? `has no socket at "${target.path}"` : code;
    case 'ENOTSOCK':
    case 'EPROTOTYPE':
      return 'is not a socket that accepts connections';
    case 'EACCES':
    case 'EPERM':
      return 'may not be connected to by the user of the daemon';
    case 'EAGAIN':
      return 'has its queue of waiting connections full';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return target.family === 'inet' ? `has a host name that cannot be looked up: "${target.host}"` : code;
    case 'EMFILE':
    case 'ENFILE':
      return 'could not be asked: the daemon has too many open files';
    default:
      return `could not be reached: ${code}`;
  }
}
