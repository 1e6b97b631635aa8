/**
 * A live board of what is under way: each process of a roll with where it is on its path
 *
 *     serving › leaving › draining › stopping › starting › ready › in
 *
 * how long it has been on its way, and what it waits for. A program without an upstream leaves and joins none: its path
 * is serving › stopping › starting › ready. Other jobs are a line each, and so is a roll that is over, but the last one.
 */

import { namespec } from '../../../rpc/names.ts';
import type { JobInfo, ProcessDetail, UpstreamInfo } from '../../../rpc/own-methods.ts';
import type { Piece, Role, Row } from '../row.ts';
import { clean, pad, widthOf } from '../text.ts';
import { fitted } from './grid.ts';
import { barText, spanText, type ViewOptions } from './words.ts';

type RolledProcess = Pick<ProcessDetail, 'group' | 'name' | 'statename' | 'why'>;

export interface RollsData {
  /** With all their lines, the oldest job first. */
  readonly jobs: readonly Pick<JobInfo, 'id' | 'what' | 'state' | 'lines'>[];
  readonly programs: readonly RolledProcess[];
  readonly upstreams: readonly UpstreamInfo[];
}

type Job = RollsData['jobs'][number];
type Phase = 'waiting' | 'stopping' | 'starting' | 'joining' | 'done' | 'skipped' | 'failed';

interface Member {
  readonly name: string;
  readonly phase: Phase;
  /** Behind the phase, in the words of the daemon. */
  readonly remark: string;
  /** Seconds since the epoch; of its first step and of its last. */
  readonly beganAt: number | undefined;
  readonly at: number | undefined;
  readonly program: RolledProcess | undefined;
  /** As its upstream has it; undefined if it is in none. */
  readonly server: UpstreamInfo['servers'][number] | undefined;
}

const withUpstream = ['serving', 'leaving', 'draining', 'stopping', 'starting', 'ready', 'in'];
const withoutUpstream = ['serving', 'stopping', 'starting', 'ready'];
const SPOKEN = /^(.+?): (waiting|stopping|starting|joining|done|skipped|failed)\b(.*)$/;
/** Below this the path is a number and a word. */
const PATH_FROM = 100;
const BAR_WIDTH = 20;

export function rollsRows(data: RollsData, options: ViewOptions): Row[] {
  if (data.jobs.length === 0) {
    const text = 'Nothing is under way: R on a program rolls it';
    return [{ key: 'none', line: fitted([{ text, role: 'dim' }], options.width), isFixed: true }];
  }
  const jobs = [...data.jobs].reverse();
  const lastRoll = jobs.find(isRoll);
  return jobs.flatMap((job) => {
    if (!isRoll(job)) return [jobRow(job, options)];
    const members = membersOf(job, data);
    const head = rollRow(job, members, options);
    return job.state === 'running' || job === lastRoll ? [head, ...boardRows(job, members, options)] : [head];
  });
}

function isRoll({ id }: Job): boolean {
  return id.startsWith('roll-');
}

function jobRow(job: Job, { now, width }: ViewOptions): Row {
  return { key: job.id, line: fitted([...headOf(job, now), { text: `  ${lastLine(job)}` }], width) };
}

function rollRow(job: Job, members: readonly Member[], { now, width, isUnicode = true }: ViewOptions): Row {
  const done = members.filter(({ phase }) => phase === 'done' || phase === 'skipped').length;
  const pieces: Piece[] = headOf(job, now);
  if (job.state !== 'running') pieces.push({ text: `  ${lastLine(job)}` });
  else {
    pieces.push({ text: `  ${done} of ${members.length} done  ` });
    pieces.push({
      text: barText(members.length === 0 ? 0 : done / members.length, BAR_WIDTH, isUnicode),
      role: 'good',
    });
  }
  return { key: job.id, line: fitted(pieces, width) };
}

function headOf({ id, what, state, lines }: Job, now: number): Piece[] {
  const [first, last] = [lines[0]?.at, lines.at(-1)?.at];
  const end = state === 'running' ? now : (last ?? 0) * 1000;
  return [
    { text: `${id} `, role: 'title' },
    { text: `${what} ` },
    { text: state, role: jobRoles[state] ?? 'plain' },
    { text: first === undefined ? '' : ` ${spanText(end - first * 1000)}`, role: 'dim' },
  ];
}

const jobRoles: Readonly<Record<string, Role>> = { running: 'busy', done: 'good', failed: 'bad', cancelled: 'warning' };

function lastLine({ lines }: Job): string {
  return lines.at(-1)?.text ?? '';
}

/** In the order of their numbers: those that the roll has spoken of, and those of its group that still run. */
function membersOf(job: Job, { programs, upstreams }: RollsData): Member[] {
  const spoken = new Map<string, { phase: Phase; remark: string; beganAt: number; at: number }>();
  for (const { at, text } of job.lines) {
    const [, name = '', phase = '', remark = ''] = SPOKEN.exec(text) ?? [];
    if (name === '') continue;
    const beganAt = spoken.get(name)?.beganAt ?? at;
    spoken.set(name, { phase: phase as Phase, remark: remark.trim(), beganAt, at });
  }
  const [group = ''] = job.what.split(':', 1);
  const isWhole = !job.what.includes(':') || job.what.endsWith(':*');
  const waits = programs.filter((one) => isWhole && one.group === group && one.statename === 'RUNNING');
  const names = new Set([...waits.map((one) => namespec(one.group, one.name)), ...spoken.keys()]);
  const servers = new Map(upstreams.flatMap((upstream) => upstream.servers.map((server) => [server.name, server])));
  return [...names].sort(byNumber).map((name) => ({
    name,
    ...(spoken.get(name) ?? { phase: 'waiting', remark: '', beganAt: undefined, at: undefined }),
    program: programs.find((one) => namespec(one.group, one.name) === name),
    server: servers.get(name),
  }));
}

const { compare: byNumber } = new Intl.Collator('en', { numeric: true });

function boardRows(job: Job, members: readonly Member[], { now, width, isUnicode = true }: ViewOptions): Row[] {
  const nameWidth = Math.max(0, ...members.map(({ name }) => widthOf(clean(name))));
  return members.map((member): Row => {
    const { name, phase, beganAt, at, program } = member;
    const isOver = phase === 'done' || phase === 'skipped' || phase === 'failed' || job.state !== 'running';
    const took = beganAt === undefined ? '' : spanText((isOver ? (at ?? 0) * 1000 : now) - beganAt * 1000);
    const pieces: Piece[] = [
      { text: `  ${pad(clean(name), nameWidth)}  `, role: 'accent' },
      ...pathPieces(member, width, isUnicode),
      { text: `  ${took.padStart(8)}`, role: 'dim' },
      { text: `  ${waitText(job, member)}`, role: phase === 'failed' ? 'bad' : 'plain' },
    ];
    const target = program === undefined ? {} : { target: `${program.group}:${program.name}` };
    return { key: `${job.id} ${name}`, line: fitted(pieces, width), ...target };
  });
}

function pathPieces(member: Member, width: number, isUnicode: boolean): Piece[] {
  const path = member.server === undefined ? withoutUpstream : withUpstream;
  const step = stepOf(member);
  const at = path.indexOf(step);
  const role: Role = step === 'failed' ? 'bad' : at === path.length - 1 ? 'good' : at === 0 ? 'plain' : 'busy';
  const longest = Math.max(...withUpstream.map((word) => word.length));
  if (at < 0) return [{ text: pad(step.toUpperCase(), width < PATH_FROM ? longest + 4 : pathWidth(path)), role }];
  if (width < PATH_FROM) return [{ text: `${at + 1}/${path.length} ${pad(step, longest)}`, role }];
  const arrow = isUnicode ? ' › ' : ' > ';
  const pieces: Piece[] = [];
  path.forEach((word, index) => {
    if (index > 0) pieces.push({ text: arrow, role: 'dim' });
    pieces.push(index === at ? { text: `[${word}]`, role } : { text: word, role: 'dim' });
  });
  return pieces;
}

function pathWidth(path: readonly string[]): number {
  return path.join(' › ').length + 2;
}

/** Where it is on its path; `failed` and `skipped` are on none. */
function stepOf({ phase, program, server }: Member): string {
  switch (phase) {
    case 'waiting':
      return 'serving';
    case 'stopping':
      if (server === undefined || program?.statename === 'STOPPING' || program?.statename === 'STOPPED')
        return 'stopping';
      return server.state === 'in' ? 'leaving' : server.state === 'draining' ? 'draining' : 'stopping';
    case 'starting':
      return program?.statename === 'RUNNING' ? 'ready' : 'starting';
    case 'joining':
      return 'ready';
    case 'done':
      return server === undefined ? 'ready' : 'in';
    default:
      return phase;
  }
}

function waitText(job: Job, { phase, remark, program }: Member): string {
  switch (phase) {
    case 'waiting':
      return job.state === 'running' ? 'waits for its turn' : 'was not touched';
    case 'done':
      return '';
    case 'skipped':
      return 'does not run any more';
    case 'failed':
      return remark.replace(/^\((.*)\)$/, '$1');
    case 'joining':
      return 'waits for its upstream';
    default: {
      const why = program?.why ?? '';
      return why === '' ? remark.replace(/^\((.*)\)$/, '$1') : why;
    }
  }
}
