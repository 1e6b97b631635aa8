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
import { type LineFilter, type LogLine, lastLines, lineFilter, merged, Prefixes } from '../log-lines.ts';
import { writeError, writeOut } from '../output.ts';
import { processesOf, type Selectable, selected } from '../selectors.ts';

export interface LogsHost {
  readonly login: ServerLogin;
  readonly isTerminal: boolean;
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
const RETRY_MS = 1000;

export async function logs(host: LogsHost, request: LogsRequest): Promise<number> {
  const client = new JsonClient(host.login);
  try {
    const isWanted = lineFilter(request);
    const processes = await chosen(client, request.names);
    if (processes.length === 0) return exitCodes.GENERIC;
    const print = printer(host, request, processes);
    const show = (line: LogLine) => {
      if (isWanted(line.text)) print(line);
    };
    if (request.isFollowed) return await follow(host, request, processes, show);
    for (const line of merged(await read(client, request, processes))) show(line);
    return exitCodes.SUCCESS;
  } catch (error) {
    writeOut(`${refusalOf(error)}\n`);
    return error instanceof SyntaxError ? exitCodes.INVALID_ARGS : exitCodes.GENERIC;
  } finally {
    client.close();
  }
}

/** The text for what went wrong; throws what it has none for. */
function refusalOf(error: unknown): string {
  if (error instanceof SyntaxError) return `Error: ${error.message}`;
  if (error instanceof ProtocolError) {
    return 'ERROR: this daemon has no lines of several logs: it is Supervisor, or an older tssupervisord (try tail)';
  }
  if (error instanceof Fault) return `ERROR: ${error.message.replace(/^[A-Z_]+: /, '')}`;
  throw error;
}

/** Those that the names stand for; of a name that there is not is said so. Empty if any is unknown. */
async function chosen(client: JsonClient, names: readonly string[]): Promise<readonly Selectable[]> {
  const all = (await client.call('tssupervisor.getProcesses')) as readonly Selectable[];
  if (names.length === 0 || names.includes('all')) return all;
  const found = new Set<Selectable>();
  let isUnknown = false;
  for (const word of selected(names, { groups: true }, all)) {
    const exact = processesOf(word, all);
    const some = exact.length > 0 ? exact : all.filter(({ group }) => group === word);
    if (some.length === 0) writeOut(`${word}: ERROR (no such process)\n`);
    isUnknown ||= some.length === 0;
    for (const one of some) found.add(one);
  }
  return isUnknown ? [] : [...found];
}

function printer({ isTerminal }: LogsHost, request: LogsRequest, processes: readonly Selectable[]) {
  if (request.isJson) return (line: LogLine) => writeOut(`${JSON.stringify(line)}\n`);
  const names = processes.map(({ group, name }) => namespec(group, name));
  const prefixes = new Prefixes(names, namePaints(hasColours(process.env, isTerminal)));
  const hasPrefix = request.hasPrefix && names.length > 1;
  return (line: LogLine) => {
    const text = isTerminal ? clean(line.text) : line.text;
    writeOut(`${hasPrefix ? prefixes.of(line) : ''}${text}\n`);
  };
}

function countOf({ lines, grep }: LogsRequest): number {
  return lines ?? (grep === undefined ? DEFAULT_LINES : SEARCHED_LINES);
}

/** What is there now, of each log. */
async function read(client: JsonClient, request: LogsRequest, processes: readonly Selectable[]): Promise<LogLine[][]> {
  const { since, channels } = request;
  const count = since === undefined ? countOf(request) : (request.lines ?? Number.POSITIVE_INFINITY);
  const bytes = Math.max(LEAST_BYTES, Math.min(count, SEARCHED_LINES) * BYTES_PER_LINE);
  const places = processes.flatMap(({ group, name }) => channels.map((channel) => ({ group, name, channel })));
  const begins = since === undefined ? undefined : await offsets(client, places, since);
  const calls = places.map(({ group, name, channel }, at): JsonCall => {
    const method = `supervisor.readProcess${channel === 'stdout' ? 'Stdout' : 'Stderr'}Log`;
    return { method, params: [`${group}:${name}`, begins === undefined ? -bytes : (begins[at] ?? 0), 0] };
  });
  const outcomes = await client.batch(calls);
  return places.map((place, at) => {
    const outcome = outcomes[at];
    // Not every process has both logs.
    if (outcome === undefined || 'error' in outcome) return [];
    const text = String(outcome.result);
    const isCut = begins === undefined && Buffer.byteLength(text) >= bytes;
    return lastLines(text, isCut, count).map((line) => ({ ...place, text: line }));
  });
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

/** Until Ctrl-C. A daemon that goes away is waited for. */
async function follow(
  host: LogsHost,
  request: LogsRequest,
  processes: readonly Selectable[],
  show: (line: LogLine) => void,
): Promise<number> {
  const query = new URLSearchParams();
  for (const { group, name } of processes) query.append('name', `${group}:${name}`);
  for (const channel of request.channels) query.append('channel', channel);
  let close = (): void => undefined;
  let isLeft = false;
  let hasBegun = false;
  const connect = (begin: readonly [string, string], failed: (error: Error) => void): void => {
    const path = `/logs?${query}&${new URLSearchParams([[...begin]])}`;
    const source = openEventSource(host.login, path, {
      event(name, data) {
        hasBegun = true;
        if (name === 'log') show(data as LogLine);
        else if (name === 'gap') writeError(`${(data as { readonly reason?: string }).reason}\n`);
      },
      end(error) {
        if (isLeft) return;
        if (error instanceof ProtocolError) return failed(error);
        if (hasBegun) writeError('The daemon went away: waiting for it\n');
        hasBegun = false;
        const lostAt = Math.floor(Date.now() / 1000);
        const timer = setTimeout(() => connect(['since', String(lostAt)], failed), RETRY_MS);
        close = () => clearTimeout(timer);
      },
    });
    close = () => source.close();
  };
  const refused = new Promise<Error>((resolve) => {
    const begin = request.since === undefined ? (['lines', String(countOf(request))] as const) : undefined;
    connect(begin ?? ['since', request.since ?? ''], resolve);
  });
  const error = await host.orInterrupted(refused);
  isLeft = true;
  close();
  if (error === undefined) {
    if (host.isTerminal) writeOut('\n'); // behind the ^C
    return exitCodes.SUCCESS;
  }
  const isTime = error instanceof ProtocolError && error.status === 400;
  writeOut(isTime ? `Error: cannot read the time ${request.since}: 10m, 90\n` : `${refusalOf(error)}\n`);
  return exitCodes.GENERIC;
}
