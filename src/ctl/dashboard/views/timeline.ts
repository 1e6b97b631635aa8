/**
 * What has happened, the newest first, in words and with exact times. A crash loop is one row: somebody who looks for
 * what began it does not want to turn over a hundred of the same.
 */
import type { TimelineItem } from '../../../rpc/insight.ts';
import { namespec } from '../../../rpc/names.ts';
import type { Role, Row } from '../row.ts';
import { fitted } from './grid.ts';
import { clockText, stateRole, type ViewOptions } from './words.ts';

export interface TimelineData {
  /** The oldest first, as the daemon gives them. */
  readonly items: readonly TimelineItem[];
  /** How many before them are no longer known. */
  readonly missed: number;
}

/** Ends that follow each other within so long belong to one loop. */
const LOOP_GAP_MS = 60_000;
const LOOP_COUNT = 3;

interface Told {
  readonly text: string;
  readonly role: Role;
}

export function timelineRows({ items, missed }: TimelineData, { now, width }: ViewOptions): Row[] {
  const { loops, covered } = loopsOf(items);
  const place = `${width} ${new Date(now).toDateString()}`;
  const rows: Row[] = [];
  for (const item of [...items].reverse()) {
    const loop = loops.get(item.serial);
    if (loop === undefined && covered.has(item.serial)) continue;
    if (loop !== undefined) {
      rows.push({ ...rowOf(item, loopText(loop), now, width), key: `loop ${loop.first}` });
      continue;
    }
    const known = made.get(item);
    if (known?.place === place) {
      rows.push(known.row);
      continue;
    }
    const row = rowOf(item, inWords(item), now, width);
    made.set(item, { place, row });
    rows.push(row);
  }
  if (missed > 0) {
    const text =
      missed === 1
        ? 'What was before is no longer known (1 event)'
        : `What was before is no longer known (${missed} events)`;
    rows.push({ key: 'missed', line: fitted([{ text, role: 'dim' }], width), isFixed: true });
  }
  if (rows.length > 0) return rows;
  return [{ key: 'none', line: fitted([{ text: 'Nothing has happened yet', role: 'dim' }], width), isFixed: true }];
}

/** What has happened stays as it was: a new event makes one row anew, not a thousand. Good for that width and day. */
const made = new WeakMap<TimelineItem, { readonly place: string; readonly row: Row }>();

function rowOf(item: TimelineItem, told: Told, now: number, width: number): Row {
  const target = processOf(item);
  const line = fitted([{ text: `${clockText(item.at, now)}  `, role: 'dim' }, told], width);
  return { key: `${item.serial}`, line, ...(target && { target }) };
}

interface Loop {
  readonly name: string;
  /** The serial of its first event: the row stays the same row while it goes on. */
  readonly first: number;
  readonly startAt: number;
  lastEndAt: number;
  ends: number;
  /** The state after its last event. */
  state: string;
  serials: number[];
  lastSerial: number;
}

/** Crash loops by the serial of the last event of each, and the serials of all events that they stand for. */
function loopsOf(items: readonly TimelineItem[]) {
  const open = new Map<string, Loop>();
  const found: Loop[] = [];
  const close = (name: string): void => {
    const loop = open.get(name);
    if (loop !== undefined && loop.ends >= LOOP_COUNT) found.push(loop);
    open.delete(name);
  };
  for (const item of items) {
    const target = processOf(item);
    const state = stateOf(item);
    if (target === undefined || state === undefined) continue;
    let loop = open.get(target);
    if (loop !== undefined && (item.at - loop.lastEndAt > LOOP_GAP_MS || state === 'STOPPING' || state === 'STOPPED')) {
      close(target);
      loop = undefined;
    }
    const isEnd = isBadEnd(item, state);
    if (loop === undefined && isEnd) {
      loop = newLoop(nameOf(item), item, state);
      open.set(target, loop);
    }
    if (loop === undefined) continue;
    loop.ends += isEnd ? 1 : 0;
    loop.lastEndAt = isEnd ? item.at : loop.lastEndAt;
    loop.state = state;
    loop.serials.push(item.serial);
    loop.lastSerial = item.serial;
  }
  for (const name of [...open.keys()]) close(name);
  return {
    loops: new Map(found.map((loop) => [loop.lastSerial, loop])),
    covered: new Set(found.flatMap(({ serials }) => serials)),
  };
}

function newLoop(name: string, { serial, at }: TimelineItem, state: string): Loop {
  return { name, first: serial, startAt: at, lastEndAt: at, ends: 0, state, serials: [], lastSerial: serial };
}

/** An end that nobody asked for: BACKOFF is one before startsecs were over. */
function isBadEnd({ data }: TimelineItem, state: string): boolean {
  return state === 'BACKOFF' || (state === 'EXITED' && data['expected'] === false);
}

function loopText({ name, ends, startAt, lastEndAt, state }: Loop): Told {
  const seconds = Math.max(1, Math.ceil((lastEndAt - startAt) / 1000));
  const since = state === 'BACKOFF' || state === 'EXITED' ? '' : `, now ${state}`;
  return {
    text: `${name} exited ${ends} times in ${seconds} s${since}`,
    role: state === 'RUNNING' ? 'warning' : 'bad',
  };
}

function inWords(item: TimelineItem): Told {
  const { name, data } = item;
  const state = stateOf(item);
  if (state !== undefined) return stateInWords(item, state);
  switch (name) {
    case 'PROCESS_SERVING': {
      const why = text(data['why']);
      if (data['serving'] === true) return { text: `${nameOf(item)} is ready`, role: 'good' };
      return { text: `${nameOf(item)} is not ready${why === '' ? '' : `: ${why}`}`, role: 'warning' };
    }
    case 'PROCESS_GROUP_ADDED':
      return { text: `group ${text(data['group'])} was added`, role: 'plain' };
    case 'PROCESS_GROUP_REMOVED':
      return { text: `group ${text(data['group'])} was removed`, role: 'plain' };
    case 'SUPERVISOR_STATE_CHANGE_RUNNING':
      return { text: 'the daemon is up', role: 'good' };
    case 'SUPERVISOR_STATE_CHANGE_STOPPING':
      return { text: 'the daemon goes down', role: 'warning' };
    case 'JOB_BEGAN':
      return { text: `${text(data['id'])} began: ${text(data['what'])}`, role: 'accent' };
    case 'JOB_SAID':
      return { text: `${text(data['id'])}: ${text(data['text'])}`, role: 'plain' };
    case 'JOB_ENDED':
      return {
        text: `${text(data['id'])} ${endText(text(data['state']), text(data['text']))}`,
        role: endRole(text(data['state'])),
      };
    default: {
      const said = Object.entries(data).map(([key, value]) => `${key}=${value}`);
      return { text: [name, ...said].join(' '), role: 'dim' };
    }
  }
}

function stateInWords(item: TimelineItem, state: string): Told {
  const { data } = item;
  const name = nameOf(item);
  const pid = data['pid'] === undefined || data['pid'] === 0 ? '' : ` (pid ${data['pid']})`;
  const role = stateRole(state);
  switch (state) {
    case 'EXITED':
      if (data['expected'] === false) return { text: `${name} EXITED, which was not expected${pid}`, role: 'bad' };
      return { text: `${name} EXITED as expected${pid}`, role };
    case 'BACKOFF':
      return { text: `${name} is in BACKOFF: it did not stay up, try ${data['tries'] ?? '?'}`, role };
    case 'FATAL':
      return { text: `${name} is FATAL: it is not tried again`, role };
    default:
      return { text: `${name} is ${state}${pid}`, role };
  }
}

/** Most jobs say themselves what they have come to. */
function endText(state: string, said: string): string {
  return said.startsWith(state) ? said : `${state}: ${said}`;
}

function endRole(state: string): Role {
  return state === 'done' ? 'good' : state === 'failed' ? 'bad' : 'warning';
}

function stateOf({ name }: TimelineItem): string | undefined {
  return name.startsWith('PROCESS_STATE_') ? name.slice('PROCESS_STATE_'.length) : undefined;
}

/** `group:process`, of an event of a process. */
function processOf({ name, data }: TimelineItem): string | undefined {
  if (!name.startsWith('PROCESS_STATE_') && name !== 'PROCESS_SERVING') return undefined;
  return `${groupOf(data)}:${text(data['name'] ?? data['processname'])}`;
}

function nameOf({ data }: TimelineItem): string {
  return namespec(groupOf(data), text(data['name'] ?? data['processname']));
}

function groupOf(data: TimelineItem['data']): string {
  return text(data['group'] ?? data['groupname']);
}

function text(value: string | number | boolean | undefined): string {
  return value === undefined ? '' : String(value);
}
