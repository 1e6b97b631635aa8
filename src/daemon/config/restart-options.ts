/** Keys about when a program is started again, and what it may use; Supervisor passes them over. */
import { duration } from '../../config/duration.ts';
import type { OptionTable } from '../../config/option.ts';
import { boolean, Refusal, size, type ValueHost, type ValueType } from '../../config/values.ts';
import type { RestartSpec } from '../core/spec.ts';

function refuse(value: string, as: string): never {
  throw new Refusal(`Cannot use ${JSON.stringify(value)} as ${as}`);
}

/** One of a few words. */
export function oneOf<Word extends string>(name: string, words: readonly Word[]): ValueType<Word> {
  return {
    name,
    expected: words.join(' or '),
    parse: (value) => words.find((word) => word === value.trim().toLowerCase()) ?? refuse(value, name),
  };
}

function numberType(name: string, low: number, high: number, expected: string): ValueType<number> {
  return {
    name,
    expected,
    parse(value) {
      const number = /^\s*-?(\d+(\.\d+)?|\.\d+)\s*$/.test(value) ? Number(value) : Number.NaN;
      return number >= low && number <= high ? number : refuse(value, `a ${name}`);
    },
  };
}

const niceness: ValueType<number> = {
  name: 'nice value',
  expected: 'a whole number from -20 to 19',
  parse(value) {
    const number = /^\s*[+-]?\d{1,2}\s*$/.test(value) ? Number(value) : Number.NaN;
    return number >= -20 && number <= 19 ? number : refuse(value, 'a nice value');
  },
};

const restartLimit: ValueType<RestartSpec['limit']> = {
  name: 'limit of ends',
  expected: 'a number and a time such as 5/60s',
  parse(value, host) {
    const [, exits, window = ''] = /^\s*(\d{1,4})\s*\/(.+)$/.exec(value) ?? [];
    if (exits === undefined) refuse(value, 'a limit of ends');
    const withinMs = duration.parse(window, host);
    return withinMs > 0 ? { exits: Number(exits), withinMs } : refuse(value, 'a limit of ends');
  },
};

/** The soft and the hard limit; Infinity is none. */
export type LimitPair = readonly [soft: number, hard: number];

/** `1024`, `1024:4096`, `unlimited`; a single one is both. */
function limitOf(name: string, unit: ValueType<number>, expected: string): ValueType<LimitPair> {
  const one = (text: string, host: ValueHost): number => {
    if (/^(unlimited|infinity)$/i.test(text.trim())) return Number.POSITIVE_INFINITY;
    const limit = /^\s*\d/.test(text) ? unit.parse(text, host) : Number.NaN;
    return Number.isSafeInteger(limit) ? limit : refuse(text, 'a limit');
  };
  return {
    name,
    expected,
    parse(value, host) {
      const [first = '', second, ...more] = value.split(':');
      const soft = one(first, host);
      const hard = second === undefined ? soft : one(second, host);
      return soft <= hard && more.length === 0 ? [soft, hard] : refuse(value, 'a limit');
    },
  };
}

const count: ValueType<number> = {
  name: 'count',
  expected: 'a whole number',
  parse: (value) => (/^\s*\d+\s*$/.test(value) ? Number(value) : refuse(value, 'a limit')),
};

export interface EnvFile {
  readonly path: string;
  /** Written with a `-`: it may be missing. */
  readonly isOptional: boolean;
}

const envFiles: ValueType<readonly EnvFile[]> = {
  name: 'files of variables',
  expected: 'files with commas between them, those that may be missing with a - before them',
  parse(value) {
    const files = value.split(',').map((item) => item.trim());
    return files
      .filter((file) => file !== '')
      .map((file) => {
        const isOptional = file.startsWith('-');
        const path = isOptional ? file.slice(1).trim() : file;
        return path === '' ? refuse(value, 'files') : { path, isOptional };
      });
  },
};

export const restartOptions = {
  backoff: {
    type: oneOf<RestartSpec['backoff']>('backoff', ['supervisor', 'exponential']),
    initial: 'supervisor',
    names: 'program',
    ours: true,
    doc: 'How the waits before further starts grow: by a second each, or from `backoff_initial` by `backoff_factor` up to `backoff_max`.',
  },
  backoff_initial: {
    type: duration,
    initial: '1',
    names: 'program',
    ours: true,
    doc: 'The first wait, with backoff=exponential.',
  },
  backoff_factor: {
    type: numberType('factor', 1, 1000, 'a number from 1 to 1000'),
    initial: '2',
    names: 'program',
    ours: true,
    doc: 'How many times as long each further wait is, with backoff=exponential.',
  },
  backoff_max: {
    type: duration,
    initial: '60',
    names: 'program',
    ours: true,
    doc: 'The longest wait, before jitter, with backoff=exponential.',
  },
  backoff_jitter: {
    type: numberType('share', 0, 1, 'a number from 0 to 1'),
    initial: '0',
    names: 'program',
    ours: true,
    doc: 'By how much of itself a wait may be shorter or longer, so that not all come back at once: 0.2 is 20 %.',
  },
  backoff_after_exit: {
    type: boolean,
    initial: 'false',
    names: 'program',
    ours: true,
    doc: 'Whether a program that ends after it was RUNNING waits too before it is restarted, longer each time; that does not count for startretries.',
  },
  backoff_reset: {
    type: duration,
    initial: '60',
    names: 'program',
    ours: true,
    doc: 'After so long RUNNING the waits begin anew, with backoff_after_exit.',
  },
  restart_limit: {
    type: restartLimit,
    names: 'program',
    ours: true,
    doc: 'How often it may end within a time, such as `5/60s`; when it ends more often it is FATAL instead of started again.',
  },
  fatal_retry: {
    type: duration,
    initial: '0',
    names: 'program',
    ours: true,
    doc: 'After so long in FATAL it is tried again, with all its retries; 0 never. A stop meanwhile ends that.',
  },
  exit_daemon: {
    type: oneOf<'exit' | 'fatal'>('exit_daemon', ['exit', 'fatal']),
    names: 'program',
    ours: true,
    doc:
      'What takes the daemon along: `exit`, an end that autorestart does not follow, or FATAL; `fatal`, FATAL alone. The ' +
      'daemon stops all others and ends with its exit status, 128 and the number of the signal, or 1 if it never started or FATAL came with 0.',
  },
  rlimit_nofile: {
    type: limitOf('limit of files', count, 'a number, soft:hard, or unlimited'),
    initially: 'what the daemon was started with',
    names: 'program',
    ours: true,
    doc: 'How many files it may have open; `soft:hard` where they are to differ. More than the daemon may needs root.',
  },
  rlimit_core: {
    type: limitOf('limit of bytes', size, 'a size, soft:hard, or unlimited'),
    initially: 'what the daemon was started with',
    names: 'program',
    ours: true,
    doc: 'How large its core dumps may be; 0 for none.',
  },
  rlimit_as: {
    type: limitOf('limit of bytes', size, 'a size, soft:hard, or unlimited'),
    initially: 'what the daemon was started with',
    names: 'program',
    ours: true,
    doc: 'How large its address space may be.',
  },
  nice: {
    type: niceness,
    initially: "the daemon's own",
    names: 'program',
    ours: true,
    doc: 'Its nice value, -20 to 19; a lower one than the daemon has needs root.',
  },
  env_file: {
    type: envFiles,
    names: 'own environment',
    ours: true,
    doc:
      'Files of `KEY=value` lines, read at every start, relative to `directory`; later ones win, and `environment` over all. ' +
      'Values are taken as they stand: quotes, `$` and `%` mean nothing. With a `-` before it a file may be missing.',
  },
} as const satisfies OptionTable;
