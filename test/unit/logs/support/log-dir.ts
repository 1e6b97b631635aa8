import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogFiles, type LogLease } from '../../../../src/daemon/logs/log-files.ts';
import { FakePosix } from './fake-posix.ts';
import { ManualClock } from './manual-clock.ts';

/** A folder of its own with logs in it; gone when the test ends (`using`). */
export class LogDir implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'tss-logs-'));
  readonly clock = new ManualClock();
  readonly posix = new FakePosix();
  readonly notices: string[] = [];
  readonly files = new LogFiles({
    posix: this.posix,
    os: this.clock,
    onNotice: (text) => this.notices.push(text.replaceAll(`${this.path}/`, '')),
  });

  at(name: string): string {
    return join(this.path, name);
  }

  open(name: string, maxBytes = 0, backups = 10): LogLease {
    const lease = this.files.open(this.at(name), { maxBytes, backups });
    if ('code' in lease) throw new Error(`Cannot open ${name}: ${lease.code}`);
    return lease;
  }

  text(name: string): string {
    return readFileSync(this.at(name), 'utf8');
  }

  size(name: string): number {
    return statSync(this.at(name)).size;
  }

  names(): string[] {
    return readdirSync(this.path).sort();
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export function write(lease: LogLease, text: string): void {
  lease.write(Buffer.from(text));
}
