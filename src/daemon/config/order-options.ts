/** Keys about what comes before a start and around it; Supervisor passes them over. */
import { duration } from '../../config/duration.ts';
import type { OptionTable } from '../../config/option.ts';
import { Refusal, text, type ValueType } from '../../config/values.ts';
import type { Condition } from '../core/spec.ts';

/** What one item of `depends_on` says, before it is known what has that name. */
export interface WrittenDependency {
  /** A program, a group, `group:*` or `group:process`. */
  readonly name: string;
  readonly condition: Condition;
  /** Whether the condition is written: then a name that nobody has is an error. */
  readonly isWritten: boolean;
}

const conditions: readonly Condition[] = ['started', 'ready', 'exited'];

const dependencies: ValueType<readonly WrittenDependency[]> = {
  name: 'dependencies',
  expected:
    'names of programs, groups or group:process, each with :started, :ready or :exited or without, and commas between them',
  parse: (value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
      .map((item) => dependencyOf(item)),
};

function dependencyOf(item: string): WrittenDependency {
  const colon = item.lastIndexOf(':');
  const condition = colon < 0 ? undefined : conditions.find((word) => word === item.slice(colon + 1).trim());
  const name = condition === undefined ? item : item.slice(0, colon).trim();
  if (!/^[^\s:]+(:[^\s:]+)?$/.test(name)) throw new Refusal(`Cannot use ${JSON.stringify(item)} as a dependency`);
  return { name, condition: condition ?? 'ready', isWritten: condition !== undefined };
}

export const orderOptions = {
  depends_on: {
    type: dependencies,
    names: 'own environment',
    ours: true,
    doc:
      'What must be there before it starts, such as `redis:ready, migrate:exited, web`: a program, else a group (all their ' +
      'processes), or `group:process`; `ready` (RUNNING, and ready) if no other condition is written, `started` (its process ' +
      'runs), `exited` (it has ended as expected; it needs startsecs=0 and no autorestart=true). Until then it is STOPPED and ' +
      'says what it waits for. A start by name starts what is missing. What it depends on is stopped after it; its later death changes nothing.',
  },
  pre_start: {
    type: text,
    names: 'own environment',
    ours: true,
    doc: 'A command to run before each start, without a shell, as the program: its user, environment and directory. If it fails the start has failed.',
  },
  post_ready: {
    type: text,
    names: 'own environment',
    ours: true,
    doc: 'A command to run each time it has become RUNNING, and ready. If it fails a line in the log says so.',
  },
  pre_stop: {
    type: text,
    names: 'own environment',
    ours: true,
    doc: 'A command to run before its stop signal, in STOPPING, once no upstream sends it requests any more. If it fails it is stopped all the same.',
  },
  post_exit: {
    type: text,
    names: 'own environment',
    ours: true,
    doc:
      'A command to run after each end of it. Its environment says how it ended, in the words of systemd: SERVICE_RESULT ' +
      '(`success`, `exit-code`, `signal`, `core-dump`), EXIT_CODE (`exited`, `killed`, `dumped`), EXIT_STATUS (a number, or a signal such as TERM), MAINPID.',
  },
  hook_timeout: {
    type: duration,
    initial: '30',
    names: 'own environment',
    ours: true,
    doc: 'How long each of these commands may take before it is killed, with all that it has started.',
  },
} as const satisfies OptionTable;
