/** One command over haproxy's runtime socket: it answers, and closes the connection. */
import { connect } from 'node:net';
import type { Os } from '../os/os.ts';

const TIMEOUT_MS = 2000;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

export type Answer = { readonly text: string } | { readonly why: string };

/** `why` says what is wrong with the socket, without its name. Never rejects. */
export function askHaproxy(os: Pick<Os, 'now' | 'callAt'>, path: string, command: string): Promise<Answer> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    const end = (answer: Answer): void => {
      cancel();
      socket.destroy();
      resolve(answer);
    };
    const cancel = os.callAt(os.now() + TIMEOUT_MS, () => end({ why: `no answer within ${TIMEOUT_MS / 1000} s` }));
    const socket = connect({ path });
    socket.on('connect', () => socket.write(`${command}\n`));
    socket.on('data', (piece: Buffer) => {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > MAX_ANSWER_BYTES) end({ why: `an answer of more than ${MAX_ANSWER_BYTES} bytes` });
    });
    socket.on('error', (error: NodeJS.ErrnoException) => end({ why: error.code ?? error.message }));
    socket.on('close', () => end({ text: Buffer.concat(pieces).toString('latin1') }));
  });
}
