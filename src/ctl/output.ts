import { writeSync } from 'node:fs';

/**
 * Standard output and error, written at once: what a command prints is there when the next call to the daemon
 * is made, also in a pipe, and a process that ends right after has lost nothing. (`process.stdout` would cost
 * a command 1-2 ms to set up.)
 */
export function writeOut(text: string): void {
  write(1, text);
}

export function writeError(text: string): void {
  write(2, text);
}

const RETRY_MS = 5;

function write(fd: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Somebody who reads slowly, on a pipe that another process has made non-blocking.
      if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
      // `supervisorctl status | head -1`: nobody reads on, and nobody needs to be told.
      else if (code === 'EPIPE') process.exit(1);
      else throw error;
    }
  }
}
