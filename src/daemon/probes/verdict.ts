/**
 * What a probe finds out, and the words for it. A `why` is half a sentence about the one that was asked, for a person
 * who reads it at night: `answered 503 Service Unavailable`, `refused the connection`, `did not answer within 3 s`.
 *
 * A protocol is a `Codec`: pure, it knows bytes and neither sockets nor time. It is given all that was received so far,
 * again and again as more comes, and says 'more' until it can judge; so how an answer is cut into pieces never matters.
 * Nobody sends it more than `maxAnswerBytes`: what cannot be judged by then is no answer (socket-probe.ts).
 */
import type { SocketAddress } from '../os/sockaddr.ts';

export type Verdict =
  | { readonly ok: true /** What a person may like to know: a version, a warning. */; readonly detail?: string }
  | { readonly ok: false; readonly why: string };

export interface Codec {
  /** What is sent as soon as there is a connection; empty where connecting is all. */
  request(target: SocketAddress): Buffer;
  /** `isEnd`: the other side has closed, nothing more will come; then the answer must not be 'more'. */
  judge(received: Buffer, isEnd: boolean): Verdict | 'more';
  /**
   * The rest of the answer is read, though nobody looks at it: a server that writes into a closed connection logs an
   * error, and would at every probe.
   */
  readonly readsOn?: boolean;
}

export const maxAnswerBytes: number = 64 * 1024;

const maxQuotedCharacters = 60;
/** Controls, those of the upper half, and what turns the direction of text; a terminal must not obey an answer. */
const harmful = /[\p{C}\p{Zl}\p{Zp}"\\]/gu;

/** Foreign bytes in quotes, short and harmless. Bytes that are no UTF-8 are shown as U+FFFD. */
export function quoted(bytes: Buffer | string): string {
  const start = typeof bytes === 'string' ? bytes : bytes.subarray(0, maxQuotedCharacters * 8).toString();
  const characters = Array.from(start);
  const shown = characters.slice(0, maxQuotedCharacters).join('').replace(harmful, escaped);
  return `"${shown}${characters.length > maxQuotedCharacters ? '…' : ''}"`;
}

function escaped(character: string): string {
  const known = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' }[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

/** It said something, but not in this protocol. */
export function garbage(received: Buffer): Verdict {
  return { ok: false, why: `answered garbage: ${quoted(received)}` };
}

/** It closed the connection before its answer was complete. */
export function endedEarly(received: Buffer): Verdict {
  if (received.length === 0) return { ok: false, why: 'closed the connection without an answer' };
  return { ok: false, why: `closed the connection in the middle of its answer: ${quoted(received)}` };
}

/** `3 s`, `250 ms`: a time limit, in milliseconds, for a sentence. */
export function limitText(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;
}
