/** The commands around starts and stops of one process: `pre_start`, `post_ready`, `pre_stop`, `post_exit`. */
import { orderOptions } from './order-options.ts';
import { type Reading, type Scope, SectionReader } from './reading.ts';

const hookNames = ['pre_start', 'post_ready', 'pre_stop', 'post_exit'] as const;

export type HookName = (typeof hookNames)[number];

export interface HooksConfig {
  /** The command of each hook that there is. */
  readonly commands: Readonly<Partial<Record<HookName, string>>>;
  readonly timeoutMs: number;
}

/** `id` is `group:name`. Undefined without hooks. Whom it depends on is left to be looked up; what cannot be read is reported. */
export function readOrder(reading: Reading, section: string, scope: Scope, id: string): HooksConfig | undefined {
  const reader = new SectionReader(reading, orderOptions, section);
  const dependencies = reader.isWritten('depends_on') ? (reader.read('depends_on', scope) ?? []) : [];
  if (dependencies.length > 0) reading.dependencies.set(id, dependencies);
  const timeoutMs = reader.read('hook_timeout', scope);
  if (timeoutMs <= 0) {
    reader.problem('hook_timeout', 'Cannot give hooks no time at all', {
      expected: 'more than 0',
      got: String(timeoutMs),
    });
  }
  const commands: Partial<Record<HookName, string>> = {};
  for (const name of hookNames) {
    const command = reader.isWritten(name) ? reader.read(name, scope)?.trim() : undefined;
    if (command !== undefined && command !== '') commands[name] = command;
  }
  return Object.keys(commands).length === 0 ? undefined : { commands, timeoutMs };
}
