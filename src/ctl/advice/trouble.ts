import { ProtocolError } from '../../rpc/client.ts';
import { BadAnswer } from '../../rpc/http-answer.ts';
import { MalformedAnswer } from '../answer.ts';
import { systemCodeOf } from '../upcheck.ts';

/** Why a call had no answer, as plain data: the part that explains it has its own copies of the classes of errors. */
export type Trouble =
  /** The system refused: ENOENT, EACCES, ECONNREFUSED ... */
  | { readonly type: 'system'; readonly code: string }
  /** The server answered, with this HTTP status. */
  | { readonly type: 'status'; readonly status: number; readonly reason: string }
  /** The server answered with what is no HTTP or no XML-RPC. */
  | { readonly type: 'stranger' };

/** Undefined for what is not about the connection: the daemon's refusals, and mistakes of ours. */
export function troubleOf(error: unknown): Trouble | undefined {
  if (error instanceof ProtocolError) return { type: 'status', status: error.status, reason: error.reason };
  if (error instanceof BadAnswer || error instanceof MalformedAnswer) return { type: 'stranger' };
  const code = systemCodeOf(error);
  return code === undefined ? undefined : { type: 'system', code };
}
