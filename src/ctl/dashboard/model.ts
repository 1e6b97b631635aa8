/**
 * All that the dashboard knows and shows, as one value. `update` makes the next one out of it and a message, `view`
 * draws it; neither looks at a clock, a daemon or a terminal.
 *
 *     keys, sizes, news of daemons, the clock ──► message ──► update ──► model ──► view ──► lines ──► screen.ts
 *                                                                └──► commands ──► data.ts, screen.ts
 */
import type { ProcessDetail } from '../../rpc/own-methods.ts';
import type { Act } from './actions.ts';
import type { ListState } from './list.ts';
import type { Logs } from './logs/place.ts';
import type { Size } from './row.ts';

export type ViewName = 'programs' | 'logs' | 'ports' | 'upstreams' | 'graph' | 'timeline' | 'rolls' | 'host' | 'why';

/** One process of one daemon: as much as is shown of what `tssupervisor.getProcesses` says of it. */
export type Program = Omit<ProcessDetail, 'nextrun' | 'skippedruns' | 'stop'>;

/** What a process uses, by the last two samples. */
export interface Usage {
  /** Of one core; undefined until there are two samples. */
  readonly cpu: number | undefined;
  readonly bytes: number;
  readonly cpuMs: number;
  readonly at: number;
  /** The memory of the last samples, the newest last. */
  readonly trend: readonly number[];
}

/** Answers of a daemon by the method that gave them, as they came; each view reads its own. */
export type Answers = Readonly<Record<string, unknown>>;

export interface Daemon {
  /** As the host column shows it. */
  readonly name: string;
  readonly serverurl: string;
  readonly status: 'connecting' | 'up' | 'away';
  /** Why it is away. */
  readonly why: string;
  readonly programs: readonly Program[];
  readonly usage: Readonly<Record<string, Usage>>;
  readonly lastLines: Readonly<Record<string, string>>;
  readonly answers: Answers;
}

export type SortKey = 'name' | 'state' | 'uptime' | 'restarts' | 'cpu' | 'memory';

/** What the keys are for, when they are not for the view. */
export type Mode =
  | { readonly type: 'view' }
  | { readonly type: 'help'; readonly top: number }
  | { readonly type: 'text'; readonly purpose: 'filter' | 'palette' | 'scale' | 'signal'; readonly text: string }
  /** One act for each daemon, of the same kind. */
  | { readonly type: 'confirm'; readonly acts: readonly [Act, ...Act[]]; readonly victims: readonly string[] };

export interface Notice {
  readonly text: string;
  readonly isBad: boolean;
}

export interface Model {
  readonly size: Size;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly daemons: readonly Daemon[];
  readonly view: ViewName;
  /** Where Esc goes back to. */
  readonly before: readonly ViewName[];
  readonly lists: Readonly<Partial<Record<ViewName, ListState>>>;
  readonly filters: Readonly<Partial<Record<ViewName, string>>>;
  /** The last filter of all, recalled by an empty one. */
  readonly lastFilter: string;
  readonly mode: Mode;
  /** Keys of rows. */
  readonly selected: ReadonlySet<string>;
  /** Keys of folded groups. */
  readonly folded: ReadonlySet<string>;
  readonly isFlat: boolean;
  readonly sort: SortKey;
  readonly isReversed: boolean;
  /** What `why` and the log view are about: `group:process` of a daemon, by its index. */
  readonly subject: { readonly daemon: number; readonly targets: readonly string[] } | undefined;
  readonly logs: Logs;
  /** The control command's line for what was done last. */
  readonly commandLine: string;
  readonly notice: Notice | undefined;
  readonly isReadOnly: boolean;
  readonly hasMouse: boolean;
  readonly isUnicode: boolean;
}

/** `group:process`, by which daemons and this dashboard know a process. */
export function idOf({ group, name }: Pick<Program, 'group' | 'name'>): string {
  return `${group}:${name}`;
}

export function newDaemon(name: string, serverurl: string): Daemon {
  return {
    name,
    serverurl,
    status: 'connecting',
    why: '',
    programs: [],
    usage: {},
    lastLines: {},
    answers: {},
  };
}
