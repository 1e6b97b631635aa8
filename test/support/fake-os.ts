/** An operating system with a clock that a test moves; children are numbers that end when the test says so. */
import type { Cancel, Os, SpawnRequest, SpawnResult } from '../../src/daemon/os/os.ts';

interface Alarm {
  readonly at: number;
  readonly run: () => void;
}

export class FakeOs implements Os {
  /** `pid:signal`, in order. */
  readonly signals: string[] = [];
  /** How long a call of `now` takes: for work that takes time. */
  msPerLook = 0;
  killErrno = 0;
  #at = 1000;
  #alarms: Alarm[] = [];
  #turns: (() => void)[] = [];

  now(): number {
    this.#at += this.msPerLook;
    return this.#at;
  }

  epoch(): number {
    return 1_700_000_000 + Math.floor(this.#at / 1000);
  }

  callAt(at: number, run: () => void): Cancel {
    const alarm = { at, run };
    this.#alarms.push(alarm);
    return () => {
      this.#alarms = this.#alarms.filter((other) => other !== alarm);
    };
  }

  nextTurn(run: () => void): void {
    this.#turns.push(run);
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#alarms.length;
  }

  /** One turn of the event loop. Answers how many callbacks it had. */
  turn(): number {
    const turns = this.#turns.splice(0);
    for (const run of turns) run();
    return turns.length;
  }

  /** Lets time pass; what is due runs in order, each at its own moment. */
  advance(ms: number): void {
    const end = this.#at + ms;
    for (;;) {
      const next = this.#alarms.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#alarms = this.#alarms.filter((other) => other !== next);
      this.#at = Math.max(this.#at, next.at);
      next.run();
      while (this.turn() > 0);
    }
    this.#at = end;
  }

  kill(pid: number, signal: number): number {
    this.signals.push(`${pid}:${signal}`);
    return this.killErrno;
  }

  spawn(_: SpawnRequest): SpawnResult {
    throw new Error('FakeOs starts nothing: give the runtime a launcher that needs no system');
  }

  pipe(): { readonly read: number; readonly write: number } {
    throw new Error('FakeOs has no pipes');
  }

  close(): void {}

  write(_: number, bytes: Uint8Array): number {
    return bytes.length;
  }

  growPipe(): void {}

  setNonBlocking(): void {}
}
