/**
 * `logs`: whole lines of one program or of many, filtered here, merged. What is followed is written line by line as it
 * comes, and nothing more is read before that is written: a terminal that stands still costs no memory, for the
 * daemon waits, too, and the files wait for it.
 */
import { ProtocolError, type ServerLogin } from '../../rpc/client.ts';
import { Fault, faultCodes } from '../../rpc/faults.ts';
import { namespec } from '../../rpc/names.ts';
import { hasColours, namePaints } from '../colours.ts';
import { clean } from '../dashboard/text.ts';
import { openEventSource } from '../event-source.ts';
import { exitCodes } from '../exit-codes.ts';
import { type JsonCall, JsonClient } from '../json-client.ts';
import { Gathered, Told } from '../log-following.ts';
import {
  type LineFilter,
  type LogLine,
  lastLines,
  lineFilter,
  merged,
  Prefixes,
  SlowExpression,
} from '../log-lines.ts';
import { linesFrom } from '../log-pieces.ts';
import { writeError, writeOut } from '../output.ts';
import { Presence } from '../presence.ts';
import { processesOf, type Selectable, selected } from '../selectors.ts';

export interface LogsHost {
  readonly login: ServerLogin;
  readonly isTerminal: boolean;
  readonly notFound?: ((name: string) => void) | undefined;
  orInterrupted<Value>(work: Promise<Value>): Promise<Value | undefined>;
}

export interface LogsRequest extends LineFilter {
  /** None: all. */
  readonly names: readonly string[];
  readonly isFollowed: boolean;
  /** As it was typed. */
  readonly since: string | undefined;
  readonly lines: number | undefined;
  readonly channels: readonly ('stdout' | 'stderr')[];
  readonly hasPrefix: boolean;
  readonly isJson: boolean;
}

const DEFAULT_LINES = 10;
/** Where matches are looked for if nothing else is said. */
const SEARCHED_LINES = 10_000;
const BYTES_PER_LINE = 256;
const LEAST_BYTES = 16 * 1024;
/** A piece of each log is in memory at a time: all of them have no more than this, but each has enough to be quick. */
const PIECES_BYTES = 8 * 1024 * 1024;
const MOST_PIECE_BYTES = 64 * 1024;
const RETRY_MS = 1000;
/** Of each log so many lines are looked through for those that came while the daemon was away. */
const MISSED_LINES = 10_000;
/** The last lines of a log come together. */
const BACKLOG_MS = 300;

export async function logs(host: LogsHost, request: LogsRequest): Promise<number> {
  const client = new JsonClient(host.login);
  try {
    const isWanted = lineFilter(request);
    const processes = await chosen(client, request.names, host.notFound);
    if (processes.length === 0) return exitCodes.GENERIC;
    const print = printer(host, request, processes);
    const show = (lines: readonly LogLine[]) => {
      writeOut(isWanted(lines).map(print).join(''));
    };
    if (request.isFollowed) return await follow(host, client, request, processes, show);
    for await (const lines of merged(await read(client, request, processes))) show(lines);
    return exitCodes.SUCCESS;
  } catch (error) {
    writeOut(`${refusalOf(error)}\n`);
    return error instanceof SyntaxError || error instanceof SlowExpression ? exitCodes.INVALID_ARGS : exitCodes.GENERIC;
  } finally {
    client.close();
  }
}

/** The text for what went wrong; throws what it has none for. */
function refusalOf(error: unknown): string {
  if (error instanceof SyntaxError || error instanceof SlowExpression) return `Error: ${error.message}`;
  if (error instanceof ProtocolError) {
    return 'ERROR: this daemon has no lines of several logs: it is Supervisor, or an older tssupervisord (try tail)';
  }
  if (error instanceof Fault) return `ERROR: ${error.message.replace(/^[A-Z_]+: /, '')}`;
  throw error;
}

/** Those that the names stand for; of a name that there is not is said so. Empty if any is unknown. */
async function chosen(
  client: JsonClient,
  names: readonly string[],
  notFound: LogsHost['notFound'],
): Promise<readonly Selectable[]> {
  const all = (await client.call('tssupervisor.getProcesses')) as readonly Selectable[];
  if (names.length === 0 || names.includes('all')) return all;
  const found = new Set<Selectable>();
  let isUnknown = false;
  for (const word of selected(names, { groups: true }, all)) {
    const exact = processesOf(word, all);
    const some = exact.length > 0 ? exact : all.filter(({ group }) => group === word);
    if (some.length === 0) {
      writeOut(`${word}: ERROR (no such process)\n`);
      notFound?.(word);
    }
    isUnknown ||= some.length === 0;
    for (const one of some) found.add(one);
  }
  return isUnknown ? [] : [...found];
}

function printer({ isTerminal }: LogsHost, request: LogsRequest, processes: readonly Selectable[]) {
  if (request.isJson) return (line: LogLine) => `${JSON.stringify(line)}\n`;
  const names = processes.map(({ group, name }) => namespec(group, name));
  const prefixes = new Prefixes(names, namePaints(hasColours(process.env, isTerminal)));
  const hasPrefix = request.hasPrefix && names.length > 1;
  return (line: LogLine) => {
    const text = isTerminal ? clean(line.text) : line.text;
    return `${hasPrefix ? prefixes.of(line) : ''}${text}\n`;
  };
}

function countOf({ lines, grep }: LogsRequest): number {
  return lines ?? (grep === undefined ? DEFAULT_LINES : SEARCHED_LINES);
}

type Log = AsyncIterable<readonly LogLine[]>;

/** What is there now, of each log. */
async function read(
  client: JsonClient,
  request: LogsRequest,
  processes: readonly Selectable[],
): Promise<readonly Log[]> {
  const { since, channels, lines } = request;
  const places = placesOf(processes, channels);
  if (since === undefined)
    return (await lastOf(client, places, countOf(request))).map(async function* (last) {
      yield last;
    });
  const begins = await offsets(client, places, since);
  const length = Math.min(MOST_PIECE_BYTES, Math.max(LEAST_BYTES, Math.floor(PIECES_BYTES / places.length)));
  return places.map((place, at) => logFrom(client, place, begins[at] ?? 0, length, lines));
}

function placesOf(processes: readonly Selectable[], channels: LogsRequest['channels']): readonly Place[] {
  return processes.flatMap(({ group, name }) => channels.map((channel) => ({ group, name, channel })));
}

function readCall({ group, name, channel }: Place, offset: number, length: number): JsonCall {
  const method = `supervisor.readProcess${channel === 'stdout' ? 'Stdout' : 'Stderr'}Log`;
  return { method, params: [`${group}:${name}`, offset, length] };
}

/** The last `count` lines of each log. */
async function lastOf(client: JsonClient, places: readonly Place[], count: number): Promise<LogLine[][]> {
  const bytes = Math.max(LEAST_BYTES, count * BYTES_PER_LINE);
  const outcomes = await client.batch(places.map((place) => readCall(place, -bytes, 0)));
  return places.map((place, at) => {
    const outcome = outcomes[at];
    // Not every process has both logs.
    if (outcome === undefined || 'error' in outcome) return [];
    const text = String(outcome.result);
    const isCut = Buffer.byteLength(text) >= bytes;
    return lastLines(text, isCut, count).map((line) => ({ ...place, text: line }));
  });
}

/** From `offset` on, or of that the last `count` lines. */
async function* logFrom(
  client: JsonClient,
  place: Place,
  offset: number,
  length: number,
  count: number | undefined,
): AsyncGenerator<readonly LogLine[]> {
  const bytes = async (at: number, size: number) => {
    const [outcome] = await client.batch([readCall(place, at, size)]);
    return outcome === undefined || 'error' in outcome ? '' : String(outcome.result);
  };
  let last: LogLine[] = [];
  for await (const texts of linesFrom(bytes, offset, length)) {
    const lines = texts.map((text) => ({ ...place, text }));
    if (count === undefined) yield lines;
    else if (count > 0) last = [...last, ...lines].slice(-count);
  }
  yield last;
}

type Place = Pick<LogLine, 'group' | 'name' | 'channel'>;

async function offsets(client: JsonClient, places: readonly Place[], since: string): Promise<number[]> {
  const outcomes = await client.batch(
    places.map(({ group, name, channel }) => ({
      method: 'tssupervisor.getLogOffset',
      params: [`${group}:${name}`, channel, since],
    })),
  );
  return outcomes.map((outcome) => {
    if ('result' in outcome) return (outcome.result as { readonly offset: number }).offset;
    if (outcome.error.code !== faultCodes.BAD_ARGUMENTS) return 0;
    throw Fault.received(outcome.error.code, outcome.error.message);
  });
}

/** Until Ctrl-C. A daemon that goes away is waited for, and what came meanwhile is told. */
async function follow(
  host: LogsHost,
  client: JsonClient,
  request: LogsRequest,
  processes: readonly Selectable[],
  show: (lines: readonly LogLine[]) => void,
): Promise<number> {
  const query = new URLSearchParams();
  for (const { group, name } of processes) query.append('name', `${group}:${name}`);
  for (const channel of request.channels) query.append('channel', channel);
  // Those that nothing may come of before the daemon goes away.
  const isBare = request.since !== undefined || request.lines === 0;
  const places = placesOf(processes, request.channels);
  const told = new Told(isBare ? await lastOf(client, places, DEFAULT_LINES) : []);
  client.close();
  const presence = new Presence();
  let again: readonly [string, string] | undefined;
  let close = (): void => undefined;
  const refused = new Promise<Error>((resolve) => {
    const lines = new Gathered((some) => {
      try {
        show(told.isNew(some));
      } catch (error) {
        resolve(error as Error);
      }
    });
    const connect = (begin: readonly [string, string]): void => {
      const path = `/logs?${query}&${new URLSearchParams([[...begin]])}`;
      const source = openEventSource(host.login, path, {
        open() {
          again = ['lines', String(MISSED_LINES)];
          presence.back();
        },
        event(name, data) {
          if (name === 'log') lines.add(data as LogLine);
          else if (name === 'gap') writeError(`${(data as { readonly reason?: string }).reason}\n`);
        },
        end(error) {
          if (error instanceof ProtocolError) return resolve(error);
          lines.flush();
          presence.away();
          const timer = setTimeout(() => {
            if (again !== undefined) {
              told.returns();
              lines.waitMs = BACKLOG_MS;
            }
            connect(again ?? begin);
          }, RETRY_MS);
          close = () => clearTimeout(timer);
        },
      });
      close = () => source.close();
    };
    connect(request.since === undefined ? ['lines', String(countOf(request))] : ['since', request.since]);
  });
  const error = await host.orInterrupted(refused);
  close();
  if (error === undefined) {
    if (host.isTerminal) writeOut('\n'); // behind the ^C
    return exitCodes.SUCCESS;
  }
  const isTime = error instanceof ProtocolError && error.status === 400;
  if (!isTime) throw error;
  writeOut(`Error: cannot read the time ${request.since}: 10m, 90\n`);
  return exitCodes.GENERIC;
}
