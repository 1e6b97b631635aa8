/** Reads the keys of watch-options.ts. */
import type { programOptions } from './program-options.ts';
import type { Scope, SectionReader } from './reading.ts';
import { type WatchAction, watchOptions } from './watch-options.ts';

const watchKeys = Object.keys(watchOptions) as (keyof typeof watchOptions)[];

/** The files that a process is acted on for. */
export interface WatchConfig {
  /** Where relative patterns begin, as written; undefined: where the daemon is. */
  readonly directory: string | undefined;
  readonly patterns: readonly string[];
  readonly ignore: readonly string[];
  readonly delayMs: number;
  readonly action: WatchAction;
}

/** Undefined without `watch`. */
export function readWatch(
  reader: SectionReader<typeof programOptions>,
  directory: string | undefined,
  scope: Scope,
): WatchConfig | undefined {
  if (!watchKeys.some((key) => reader.isWritten(key))) return undefined;
  const patterns = reader.read('watch', scope);
  const ignore = reader.read('watch_ignore', scope);
  const delayMs = reader.read('watch_delay', scope);
  const action = reader.read('watch_action', scope);
  if (action === 'reload' && !reader.isWritten('reload')) {
    reader.problem('watch_action', 'Cannot reload it: nothing says how', {
      expected: 'reload=signal HUP, reload=command ... or reload=roll beside it, or another action',
      got: action,
    });
  }
  if (patterns === undefined || patterns.length === 0) return undefined;
  return { directory, patterns, ignore, delayMs, action };
}
