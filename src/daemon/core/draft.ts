import type { LogLevelName, ProcessEffect, StateEvent } from './process-messages.ts';
import type { ProcessRecord, ProcessState } from './process-record.ts';

/** Collects what one step says, in order. */
export class Draft {
  record: ProcessRecord;
  readonly events: StateEvent[] = [];
  readonly effects: ProcessEffect[] = [];

  constructor(record: ProcessRecord) {
    this.record = record;
  }

  set(change: Partial<ProcessRecord>): void {
    this.record = { ...this.record, ...change };
  }

  enter(state: ProcessState, told: Omit<StateEvent, 'to' | 'from'> = {}): void {
    this.events.push({ to: state.name, from: this.record.state.name, ...told });
    this.record = { ...this.record, state };
  }

  log(level: LogLevelName, text: string): void {
    this.effects.push({ type: 'log', level, text });
  }
}
