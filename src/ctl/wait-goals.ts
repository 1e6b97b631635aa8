import { parseArgs } from 'node:util';
import { readDuration } from '../config/duration.ts';
import { namespec } from '../rpc/names.ts';
import type { Details } from './process-details.ts';
import { processesOf } from './selectors.ts';

/** What `wait` waits for, and how far it has come: decided here, asked for in parts/wait.ts. */

/** By what `--for` says. */
const goals = {
  ready: ({ serving }: Details) => serving,
  running: ({ statename }: Details) => statename === 'RUNNING',
  /** It does not run, and nothing is about to start it. */
  stopped: ({ statename }: Details) => ['STOPPED', 'EXITED', 'FATAL'].includes(statename),
  /** It has ended by itself. */
  exited: ({ statename }: Details) => statename === 'EXITED',
} as const;

export interface WaitWish {
  readonly names: readonly string[];
  readonly goal: keyof typeof goals;
  /** Infinity: as long as it takes. */
  readonly timeoutMs: number;
}

/** Reads the words behind `wait`; a text says what is wrong with them. */
export function readWish(given: readonly string[]): WaitWish | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...given],
      allowPositionals: true,
      options: {
        for: { type: 'string', default: 'ready' },
        timeout: { type: 'string', default: '30s' },
      },
    });
    if (positionals.length === 0) return 'wait requires a process name';
    if (!Object.hasOwn(goals, values.for)) {
      return `wait --for takes ${Object.keys(goals).join(', ')}, not "${values.for}"`;
    }
    const timeoutMs = readDuration(values.timeout) || Number.POSITIVE_INFINITY;
    return { names: positionals, goal: values.for as keyof typeof goals, timeoutMs };
  } catch (error) {
    return (error as Error).message;
  }
}

/** Where everything that is waited for stands now. */
export interface Standing {
  /** Words that stand for nothing. */
  readonly unknown: readonly string[];
  readonly there: readonly Details[];
  readonly awaited: readonly Details[];
}

export function standingOf({ names, goal }: Pick<WaitWish, 'names' | 'goal'>, all: readonly Details[]): Standing {
  const unknown: string[] = [];
  const wanted = new Set<Details>();
  for (const name of names) {
    const found = processesOf(name, all);
    if (found.length === 0) unknown.push(name);
    for (const each of found) wanted.add(each);
  }
  return {
    unknown,
    there: [...wanted].filter((each) => goals[goal](each)),
    awaited: [...wanted].filter((each) => !goals[goal](each)),
  };
}

/** `web:web_01: not ready after 30 s: STARTING, Waiting for redis:ready`. */
export function awaitedLine({ goal, timeoutMs }: WaitWish, { group, name, statename, why }: Details): string {
  const reason = why === '' ? statename : `${statename}, ${why}`;
  return `${namespec(group, name)}: not ${goal} after ${timeoutMs / 1000} s: ${reason}`;
}

/** What `--json` says of each. */
export function rowsOf({ there, awaited }: Standing) {
  const row = (isthere: boolean) => (details: Details) => {
    const { group, name, statename, serving, why } = details;
    return { group, name, statename, serving, why, isthere };
  };
  return [...there.map(row(true)), ...awaited.map(row(false))];
}
