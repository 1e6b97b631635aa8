/** `why`, `graph`, `timeline` and `env`: what the daemon knows of itself (src/rpc/insight.ts), as text or as JSON. */
import { momentOf } from '../../config/since.ts';
import { ProtocolError, type ServerLogin } from '../../rpc/client.ts';
import { Fault, faultCodes } from '../../rpc/faults.ts';
import type { EnvironmentVariable, Graph, Timeline, TimelineItem, WhyInfo } from '../../rpc/insight.ts';
import { namespec, readNamespec } from '../../rpc/names.ts';
import { hasColours, lineText, paintOf } from '../colours.ts';
import type { Line, Row } from '../dashboard/row.ts';
import { clean } from '../dashboard/text.ts';
import { graphRows } from '../dashboard/views/graph.ts';
import { timelineRows } from '../dashboard/views/timeline.ts';
import { openEventSource } from '../event-source.ts';
import { exitCodes } from '../exit-codes.ts';
import { JsonClient } from '../json-client.ts';
import { Presence } from '../presence.ts';
import { processesOf, type Selectable } from '../selectors.ts';
import { whyLines } from '../why-text.ts';

export interface InsightHost {
  readonly login: ServerLogin;
  readonly isTerminal: boolean;
  print(line: string): void;
  readonly notFound?: ((name: string) => void) | undefined;
  /** With `--json`. */
  readonly report?: (fields: Readonly<Record<string, unknown>>) => void;
  orInterrupted<Value>(work: Promise<Value>): Promise<Value | undefined>;
}

const older = 'it is Supervisor, or an older tssupervisord';
/** In a file nothing is broken or cut. */
const ENDLESS = 100_000;
const PAGE = 1000;
const RETRY_MS = 1000;

type Call = (method: string, ...params: readonly unknown[]) => Promise<unknown>;

/** Works with a connection; says what goes wrong, and answers with the exit status. */
async function asking(host: InsightHost, what: string, work: (call: Call) => Promise<number>): Promise<number> {
  const client = new JsonClient(host.login);
  try {
    return await work((method, ...params) => client.call(`tssupervisor.${method}`, params));
  } catch (error) {
    const isForeign = error instanceof ProtocolError && error.status !== 401;
    if (isForeign || (error instanceof Fault && error.code === faultCodes.UNKNOWN_METHOD)) {
      host.print(`ERROR: this daemon knows nothing of ${what}: ${older}`);
    } else if (error instanceof Fault) {
      host.print(`ERROR: ${error.message.replace(/^[A-Z_]+: /, '')}`);
    } else {
      throw error;
    }
    return exitCodes.GENERIC;
  } finally {
    client.close();
  }
}

/** Of each name, or of all that are not well. */
export async function why(host: InsightHost, given: readonly string[]): Promise<number> {
  return await asking(host, 'causes', async (call) => {
    let code: number = exitCodes.SUCCESS;
    const names = given.length > 0 ? given : await unwell(call);
    const found: WhyInfo[] = [];
    for (const name of names) {
      try {
        found.push((await call('getWhy', name)) as WhyInfo);
      } catch (error) {
        if (!(error instanceof Fault) || error.code !== faultCodes.BAD_NAME) throw error;
        host.print(`${name}: ERROR (no such process)`);
        host.notFound?.(name);
        code = exitCodes.GENERIC;
      }
    }
    host.report?.({ processes: found });
    if (names.length === 0) host.print('Nothing is wrong: nothing has failed, and nothing waits');
    found.forEach((one, at) => {
      if (at > 0) host.print('');
      show(host, whyLines(one, Date.now(), widthOf(host)));
    });
    return code;
  });
}

/** Those that have failed, or are not yet up. */
async function unwell(call: Call): Promise<string[]> {
  const isUnwell = new Set(['FATAL', 'BACKOFF', 'STARTING', 'UNKNOWN']);
  const all = (await call('getProcesses')) as readonly {
    group: string;
    name: string;
    statename: string;
    why: string;
  }[];
  return all
    .filter(({ statename, why: reason }) => isUnwell.has(statename) || /^Waiting for /.test(reason))
    .map(({ group, name }) => namespec(group, name));
}

export async function graph(host: InsightHost): Promise<number> {
  return await asking(host, 'dependencies', async (call) => {
    const found = (await call('getGraph')) as Graph;
    host.report?.({ ...found });
    showRows(host, graphRows(found, { now: Date.now(), width: widthOf(host), isUnicode: hasUnicode() }));
    return exitCodes.SUCCESS;
  });
}

export async function env(host: InsightHost, name: string, isShown: boolean): Promise<number> {
  return await asking(host, 'environments', async (call) => {
    try {
      const variables = (await call('getEnvironment', name, isShown)) as readonly EnvironmentVariable[];
      host.report?.({ variables });
      for (const one of variables) {
        host.print(host.isTerminal ? clean(`${one.name}=${one.value}`) : `${one.name}=${one.value}`);
      }
      return exitCodes.SUCCESS;
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== faultCodes.BAD_NAME) throw error;
      host.print(`${name}: ERROR (no such process)`);
      host.notFound?.(name);
      return exitCodes.GENERIC;
    }
  });
}

export interface TimelineRequest {
  readonly names: readonly string[];
  /** As it was typed: `10m`. */
  readonly since: string | undefined;
  readonly isFollowed: boolean;
  /** With `isFollowed`: an object a line. */
  readonly isJson: boolean;
}

export async function timeline(host: InsightHost, request: TimelineRequest): Promise<number> {
  const from = request.since === undefined ? 0 : momentOf(request.since, Date.now());
  if (from === undefined) {
    host.print(`Error: cannot read the time ${request.since}: 10m, 90, 2026-11-22T03:00:00Z`);
    return exitCodes.INVALID_ARGS;
  }
  return await asking(host, 'what has happened', async (call) => {
    let page = (await call('getTimeline', 0, PAGE)) as Timeline;
    const { missed } = page;
    const items = [...page.items];
    while (page.items.length === PAGE) {
      page = (await call('getTimeline', page.cursor, PAGE)) as Timeline;
      items.push(...page.items);
    }
    const unknown = await namesOfNothing(call, request.names, items);
    for (const name of unknown) {
      host.print(`${name}: ERROR (no such process)`);
      host.notFound?.(name);
    }
    if (unknown.length > 0) return exitCodes.GENERIC;
    const isWanted = filterOf(request.names);
    const wanted = items.filter((item) => item.at >= from && isWanted(item));
    const isCut = missed > 0 && from < (items[0]?.at ?? 0);
    host.report?.({ missed, items: wanted });
    if (request.isJson) for (const item of wanted) host.print(JSON.stringify(item));
    else if (wanted.length > 0 || !request.isFollowed) showItems(host, wanted, isCut ? missed : 0);
    if (request.isFollowed) await followTimeline(host, `${page.life}-${page.cursor}`, request.isJson, isWanted);
    return exitCodes.SUCCESS;
  });
}

/** Names of what there neither is nor was. */
async function namesOfNothing(
  call: Call,
  names: readonly string[],
  items: readonly TimelineItem[],
): Promise<readonly string[]> {
  const strange = names.filter((name) => name !== 'all' && !items.some(filterOf([name])));
  if (strange.length === 0) return [];
  const processes = (await call('getProcesses')) as readonly Selectable[];
  return strange.filter(
    (name) => !processes.some(({ group }) => group === name) && processesOf(name, processes).length === 0,
  );
}

/** Until Ctrl-C. A daemon that goes away is waited for, and asked for what came after the last that was told. */
async function followTimeline(
  host: InsightHost,
  id: string,
  isJson: boolean,
  isWanted: (item: TimelineItem) => boolean,
): Promise<void> {
  let close = (): void => undefined;
  let last = id;
  const presence = new Presence();
  const connect = (refused: (error: ProtocolError) => void): void => {
    const source = openEventSource(host.login, `/events?since=${encodeURIComponent(last)}`, {
      open: () => presence.back(),
      event(name, data, told) {
        // The number of the first of them is that of the end: what is told after it is still to come.
        if (name === 'hello') return;
        last = told;
        if (name === 'gap') return;
        const { at, ...rest } = data as TimelineItem['data'] & { readonly at: number };
        const item = { serial: Number(told.slice(told.lastIndexOf('-') + 1)), at, name, data: rest };
        if (!isWanted(item)) return;
        if (isJson) host.print(JSON.stringify(item));
        else showItems(host, [item], 0);
      },
      end(error) {
        if (error instanceof ProtocolError) return refused(error);
        presence.away();
        const timer = setTimeout(() => connect(refused), RETRY_MS);
        close = () => clearTimeout(timer);
      },
    });
    close = () => source.close();
  };
  const error = await host.orInterrupted(new Promise<ProtocolError>((resolve) => connect(resolve)));
  close();
  if (error !== undefined) throw error;
  if (host.isTerminal) host.print(''); // behind the ^C
}

/** The newest last: it is where one looks, and where what follows is put. */
function showItems(host: InsightHost, items: readonly TimelineItem[], missed: number): void {
  const rows = timelineRows({ items, missed }, { now: Date.now(), width: widthOf(host) });
  showRows(host, rows.reverse());
}

/** Of these processes, groups, or of everything if there are no names; what is about the daemon comes only then. */
function filterOf(names: readonly string[]): (item: TimelineItem) => boolean {
  if (names.length === 0 || names.includes('all')) return () => true;
  // A word without a colon is a group as well: most have one process, of the same name.
  const wanted = names.map((word) => (word.includes(':') ? readNamespec(word) : { group: word, process: undefined }));
  return ({ data }) => {
    const group = data['group'] ?? data['groupname'];
    const name = data['name'] ?? data['processname'];
    return wanted.some((one) => {
      if (one.group !== group) return false;
      // What is about a group is about each in it.
      return one.process === undefined || name === undefined || one.process === name;
    });
  };
}

function showRows(host: InsightHost, rows: readonly Row[]): void {
  show(
    host,
    rows.map(({ line }) => line),
  );
}

function show(host: InsightHost, lines: readonly Line[]): void {
  const paint = paintOf(hasColours(process.env, host.isTerminal));
  for (const line of lines) host.print(lineText(line, paint).trimEnd());
}

function widthOf({ isTerminal }: InsightHost): number {
  return isTerminal ? process.stdout.columns || 80 : ENDLESS;
}

function hasUnicode(): boolean {
  return /utf-?8/i.test(process.env['LC_ALL'] || process.env['LC_CTYPE'] || process.env['LANG'] || '');
}
