/**
 * The rows of the programs view: one for each process, under one for each group of several, in columns that fit. What a
 * colour says a word or a glyph says as well.
 */
import { groupsOf, longestName, shortName } from './groups.ts';
import { type Daemon, idOf, type Model, type Program, type SortKey, type Usage } from './model.ts';
import { LazyRow, type Line, type Piece, type Role, type Row } from './row.ts';
import { clean, cut, pad } from './text.ts';

const roles: Readonly<Record<string, Role>> = {
  RUNNING: 'good',
  STARTING: 'busy',
  STOPPING: 'busy',
  BACKOFF: 'warning',
  FATAL: 'bad',
  UNKNOWN: 'bad',
};

const glyphs: Readonly<Record<string, readonly [unicode: string, ascii: string]>> = {
  RUNNING: ['●', '*'],
  STARTING: ['◐', '+'],
  STOPPING: ['◑', '-'],
  BACKOFF: ['▲', '!'],
  FATAL: ['✗', 'x'],
  STOPPED: ['○', '.'],
  EXITED: ['◌', 'o'],
};

/** How bad a state is, for those who sort by it. */
const troubles = ['FATAL', 'UNKNOWN', 'BACKOFF', 'STOPPING', 'STARTING', 'RUNNING', 'EXITED', 'STOPPED'];

const bars = '▁▂▃▄▅▆▇█';

interface Column {
  readonly title: string;
  readonly width: number;
  /** The screen is at least so wide. */
  readonly from: number;
  readonly isRight?: boolean;
  readonly text: (one: Shown) => string;
  readonly role?: (one: Shown) => Role;
}

interface Shown {
  readonly program: Program;
  readonly usage: Usage | undefined;
  readonly now: number;
  readonly isUnicode: boolean;
}

const columns: readonly Column[] = [
  {
    title: 'STATE',
    width: 8,
    from: 0,
    text: ({ program }) => program.statename,
    role: ({ program }) => (isUnready(program) ? 'warning' : (roles[program.statename] ?? 'dim')),
  },
  { title: 'UPTIME', width: 8, from: 40, isRight: true, text: ({ program, now }) => uptimeText(program, now) },
  {
    title: 'RST/H',
    width: 5,
    from: 60,
    isRight: true,
    text: ({ program }) => (program.restarts === 0 ? '-' : String(program.restarts)),
    role: ({ program }) => (program.restarts > 2 ? 'warning' : 'plain'),
  },
  { title: 'CPU%', width: 5, from: 50, isRight: true, text: ({ usage }) => cpuText(usage?.cpu) },
  { title: 'MEMORY', width: 6, from: 60, isRight: true, text: ({ usage }) => bytesText(usage?.bytes) },
  { title: 'TREND', width: 8, from: 110, text: ({ usage, isUnicode }) => (isUnicode ? trendText(usage?.trend) : '') },
  { title: 'PORT', width: 5, from: 70, isRight: true, text: ({ program }) => String(program.ports[0] ?? '-') },
  {
    title: 'HEALTH',
    width: 9,
    from: 100,
    text: ({ program }) => healthText(program),
    role: ({ program }) => (isUnready(program) || program.live === 'bad' ? 'warning' : 'plain'),
  },
];

/** The heading of the columns, for a screen of this width. */
export function programsHeading(model: Model): Line {
  const { name, host, columns: shown } = widthsOf(model);
  const cells = shown.map(({ title, width, isRight }) => pad(title, width, isRight ? 'right' : 'left'));
  const hosts = host === 0 ? [] : [pad('HOST', host)];
  const text = [`  ${pad('PROCESS', name)}`, ...hosts, ...cells, 'LAST LINE'].join(' ');
  return [{ text: cut(text, model.size.width), role: 'title' }];
}

/** Keys: `daemon|group` and `daemon|group:process`, the daemon by its index. */
export function programRows(model: Model): Row[] {
  const inOrder: {
    readonly at: number;
    readonly daemon: Daemon;
    readonly group: string;
    readonly all: readonly Program[];
  }[] = [];
  model.daemons.forEach((daemon, at) => {
    for (const [group, all] of groupsOf(daemon.programs)) inOrder.push({ at, daemon, group, all });
  });
  const isTurned = model.sort === 'name' && model.isReversed;
  const grouped = isTurned ? inOrder.map((one) => ({ ...one, all: [...one.all].reverse() })).reverse() : inOrder;
  const order = orderOf(model);
  if (model.isFlat || model.sort !== 'name') {
    return grouped
      .flatMap(({ at, daemon, all }) => all.map((program) => ({ at, daemon, program })))
      .sort((a, b) => order(a, b))
      .map((one) => processRow(model, one, ''));
  }
  const rows: Row[] = [];
  for (const { at, daemon, group, all } of grouped) {
    const [first] = all;
    if (first === undefined) continue;
    if (all.length === 1 && first.name === group) {
      rows.push(processRow(model, { at, daemon, program: first }, ''));
      continue;
    }
    const isFolded = model.folded.has(`${at}|${group}`);
    rows.push(groupRow(model, { at, daemon, group, all, isFolded }));
    if (isFolded) continue;
    for (const program of all) rows.push(processRow(model, { at, daemon, program }, '  '));
  }
  return rows;
}

interface Placed {
  readonly at: number;
  readonly daemon: Daemon;
  readonly program: Program;
}

function processRow(model: Model, placed: Placed, indent: string): Row {
  const id = idOf(placed.program);
  const key = `${placed.at}|${id}`;
  return new LazyRow(key, id, () => processLine(model, placed, id, key, indent));
}

function processLine(model: Model, { daemon, program }: Placed, id: string, key: string, indent: string): Line {
  const { now, isUnicode } = model;
  const widths = widthsOf(model);
  const usage = program.pid > 0 ? daemon.usage[id] : undefined;
  const shown: Shown = { program, usage, now, isUnicode };
  const role = roles[program.statename] ?? 'dim';
  const name = model.isFlat || model.sort !== 'name' || indent === '' ? shortName(program) : program.name;
  const line: Piece[] = [
    { text: model.selected.has(key) ? (isUnicode ? '▌' : '>') : ' ', role: 'accent' },
    { text: `${glyphOf(program, isUnicode)} `, role: isUnready(program) ? 'warning' : role },
    { text: `${pad(cut(indent + name, widths.name - 1), widths.name - 1)} ` },
    ...hostPiece(model, daemon),
  ];
  for (const { width, isRight, text, role: roleOf } of widths.columns) {
    const cell = pad(cut(text(shown), width), width, isRight ? 'right' : 'left');
    line.push({ text: `${cell} `, role: roleOf?.(shown) ?? 'plain' });
  }
  if (widths.rest > 3) {
    const why = program.why;
    const text = why === '' ? (daemon.lastLines[id] ?? '') : why;
    line.push({ text: cut(clean(text), widths.rest), role: why === '' ? 'dim' : 'warning' });
  }
  return line;
}

function groupRow(
  model: Model,
  {
    at,
    daemon,
    group,
    all,
    isFolded,
  }: Omit<Placed, 'program'> & { group: string; all: readonly Program[]; isFolded: boolean },
): Row {
  const key = `${at}|${group}`;
  const { name } = widthsOf(model);
  const [open, closed] = model.isUnicode ? ['▾', '▸'] : ['-', '+'];
  const counts = troubles
    .map((state) => [all.filter(({ statename }) => statename === state).length, state] as const)
    .filter(([count]) => count > 0)
    .map(([count, state]): Piece => ({ text: `${count} ${state} `, role: roles[state] ?? 'dim' }));
  const line: Piece[] = [
    { text: model.selected.has(key) ? (model.isUnicode ? '▌' : '>') : ' ', role: 'accent' },
    { text: `${isFolded ? closed : open} `, role: 'accent' },
    { text: `${pad(cut(`${group} (${all.length})`, name - 1), name - 1)} `, role: 'title' },
    ...hostPiece(model, daemon),
    ...counts,
  ];
  return { key, line, target: `${group}:*` };
}

function hostPiece(model: Model, daemon: Daemon): Piece[] {
  const { host: width } = widthsOf(model);
  return width === 0 ? [] : [{ text: `${pad(cut(daemon.name, width), width)} `, role: 'dim' }];
}

/** How the width of the screen is shared out. */
interface Widths {
  /** With the blank behind it. */
  readonly name: number;
  /** 0 where there is one daemon only. */
  readonly host: number;
  readonly columns: readonly Column[];
  /** For the last line. */
  readonly rest: number;
}

const found = new WeakMap<Model, Widths>();
function widthsOf(model: Model): Widths {
  const known = found.get(model);
  if (known !== undefined) return known;
  const { daemons, size } = model;
  let longest = 9;
  for (const { programs } of daemons) longest = Math.max(longest, longestName(programs));
  const name = Math.min(longest + 1, Math.max(12, Math.floor(size.width / 3.2)));
  const host = daemons.length < 2 ? 0 : Math.min(14, Math.max(4, ...daemons.map((daemon) => daemon.name.length)));
  const shown = columns.filter(({ from }) => size.width >= from);
  const used = 3 + name + (host === 0 ? 0 : host + 1) + shown.reduce((sum, { width }) => sum + width + 1, 0);
  const widths = { name, host, columns: shown, rest: size.width - used };
  found.set(model, widths);
  return widths;
}

function glyphOf(program: Program, isUnicode: boolean): string {
  const [unicode, ascii] = glyphs[program.statename] ?? ['?', '?'];
  if (isUnready(program)) return isUnicode ? '◍' : '~';
  return isUnicode ? unicode : ascii;
}

/** RUNNING, and not ready just now. */
function isUnready({ statename, serving, ready }: Program): boolean {
  return statename === 'RUNNING' && !serving && ready !== '';
}

function orderOf({ sort, isReversed, now }: Model): (a: Placed, b: Placed) => number {
  const sign = isReversed ? -1 : 1;
  return (a, b) => sign * (values[sort](a, now) - values[sort](b, now)) || (sort === 'name' ? 0 : byName(a, b));
}

function byName(a: Placed, b: Placed): number {
  return a.at - b.at || (idOf(a.program) < idOf(b.program) ? -1 : 1);
}

/** What comes first has the lowest value: the most of what is sorted by. */
const values: Readonly<Record<SortKey, (one: Placed, now: number) => number>> = {
  name: () => 0,
  state: ({ program }) => troubles.indexOf(program.statename),
  uptime: ({ program }, now) => (program.pid > 0 ? now / 1000 - program.start : Number.MAX_SAFE_INTEGER),
  restarts: ({ program }) => -program.restarts,
  cpu: ({ program, daemon }) => -(daemon.usage[idOf(program)]?.cpu ?? -1),
  memory: ({ program, daemon }) => -(daemon.usage[idOf(program)]?.bytes ?? -1),
};

/** `0:12`, `4:05:59`, `12d 4h`: it counts here, so that nothing need be sent for it. */
export function uptimeText({ pid, start }: Pick<Program, 'pid' | 'start'>, now: number): string {
  if (pid === 0 || start === 0) return '-';
  const seconds = Math.max(0, Math.floor(now / 1000 - start));
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  const two = (count: number) => String(count).padStart(2, '0');
  if (days > 0) return `${days}d ${hours}h`;
  if (hours > 0) return `${hours}:${two(minutes)}:${two(seconds % 60)}`;
  return `${minutes}:${two(seconds % 60)}`;
}

function cpuText(cpu: number | undefined): string {
  return cpu === undefined ? '-' : cpu < 0.995 ? (cpu * 100).toFixed(1) : String(Math.round(cpu * 100));
}

/** Of 1024: `812K`, `45M`, `1.2G`. */
export function bytesText(bytes: number | undefined): string {
  if (bytes === undefined) return '-';
  const mega = bytes / 1024 / 1024;
  if (mega < 1) return `${Math.round(bytes / 1024)}K`;
  return mega < 1000 ? `${mega < 10 ? mega.toFixed(1) : Math.round(mega)}M` : `${(mega / 1024).toFixed(1)}G`;
}

/** Between the least and the most that it has used, or a tenth of that if they are nearer to each other. */
export function trendText(trend: readonly number[] = []): string {
  const most = Math.max(...trend);
  const range = Math.max(most - Math.min(...trend), most / 10);
  return trend
    .slice(-8)
    .map((bytes) => bars[range === 0 ? 0 : Math.round((1 - (most - bytes) / range) * (bars.length - 1))])
    .join('');
}

function healthText(program: Program): string {
  if (program.live === 'bad') return 'not alive';
  if (program.ready === '' && program.live === '') return '-';
  if (program.pid === 0) return '-';
  return program.serving ? 'ready' : 'not ready';
}
