import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogFiles, type LogLease } from '../../../src/daemon/logs/log-files.ts';
import { OutputCapture } from '../../../src/daemon/logs/output.ts';
import type { OutputSink, OutputSource } from '../../../src/daemon/logs/output-lane.ts';
import { LinuxOs } from '../../../src/daemon/os/linux.ts';
import { loadPosix, type Posix } from '../../../src/daemon/os/posix.ts';
import { until } from '../../support/until.ts';

/** Real logs, pipes and clock, in a folder of their own; nothing is left of them at the end (`using`). */
export class RealLogs implements Disposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'tss-real-logs-'));
  readonly posix: Posix = loadPosix();
  readonly notices: string[] = [];
  /** Timers that were armed since the start, and those that wait. */
  readonly timers = { armed: 0, waiting: 0 };
  readonly files: LogFiles;
  readonly output: OutputCapture;
  readonly #os = new LinuxOs(this.posix);

  constructor() {
    const os = {
      now: () => this.#os.now(),
      callAt: (at: number, run: () => void) => {
        this.timers.armed += 1;
        this.timers.waiting += 1;
        let isOver = false;
        const over = () => {
          if (!isOver) this.timers.waiting -= 1;
          isOver = true;
        };
        const cancel = this.#os.callAt(at, () => {
          over();
          run();
        });
        return () => {
          over();
          cancel();
        };
      },
    };
    this.files = new LogFiles({ posix: this.posix, os, onNotice: (text) => this.notices.push(text) });
    this.output = new OutputCapture(this.posix, os, {
      pipeMaxBytes: 1024 * 1024,
      promptDelayMs: 2,
      onBug: (error) => {
        throw error;
      },
    });
  }

  at(name: string): string {
    return join(this.dir, name);
  }

  open(path: string, maxBytes = 0, backups = 10): LogLease {
    const lease = this.files.open(path, { maxBytes, backups });
    if ('code' in lease) throw new Error(`Cannot open ${path}: ${lease.code}`);
    return lease;
  }

  pipe(): { read: number; write: number } {
    const ends = new Int32Array(2);
    const result = this.posix.pipe(ends);
    if (result < 0) throw new Error(`Cannot make a pipe: ${result}`);
    return { read: ends[0] ?? -1, write: ends[1] ?? -1 };
  }

  /** A shell command whose stdout is captured; answers its source and its exit status to come. */
  run(script: string, sink: OutputSink): { source: OutputSource; ended: Promise<number | null> } {
    const { read, write } = this.pipe();
    const source = this.output.attach(read, sink);
    const child = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', write, 'inherit'] });
    this.posix.close(write);
    const ended = new Promise<number | null>((settle) => child.on('exit', settle));
    return { source, ended };
  }

  /** The log and its backups, the oldest first. */
  all(name: string): Buffer {
    const numbers = readdirSync(this.dir)
      .filter((other) => other.startsWith(`${name}.`))
      .map((other) => Number(other.slice(name.length + 1)))
      .sort((a, b) => b - a);
    return Buffer.concat(
      [...numbers.map((number) => `${name}.${number}`), name].map((file) => readFileSync(this.at(file))),
    );
  }

  [Symbol.dispose](): void {
    this.output.close();
    this.#os[Symbol.dispose]();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function untilEnded(what: string, isEnded: () => boolean): Promise<boolean> {
  return until(what, isEnded, { deadlineMs: 60_000 });
}
