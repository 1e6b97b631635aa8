/**
 * Output for syslog: one message per line. Supervisor splits each chunk alone, so that a line cut by a read becomes two
 * messages; here the cut line waits for its rest (at most `maxLine` bytes, and no longer than the stream).
 */

const newline = 0x0a;
const maxLine = 8192;

export class SyslogLines {
  readonly #deliver: (line: string) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(deliver: (line: string) => void) {
    this.#deliver = deliver;
  }

  write(chunk: Buffer): void {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let from = 0;
    for (let at = data.indexOf(newline); at >= 0; at = data.indexOf(newline, from)) {
      this.#deliver(data.toString('utf8', from, at));
      from = at + 1;
    }
    if (data.length - from > maxLine) {
      this.#deliver(data.toString('utf8', from));
      from = data.length;
    }
    this.#rest = Buffer.from(data.subarray(from));
  }

  end(): void {
    if (this.#rest.length > 0) this.#deliver(this.#rest.toString('utf8'));
    this.#rest = Buffer.alloc(0);
  }
}
