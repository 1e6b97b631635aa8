/**
 * The status of all processes, anew at each change: told by `GET /events`, so that nobody is asked anything while
 * nothing happens. At a terminal the table is drawn again; elsewhere it comes once, then each change is a line.
 * A daemon that goes away is waited for.
 */
import { ProtocolError, type ServerLogin } from '../rpc/client.ts';
import type { TimelineItem } from '../rpc/insight.ts';
import { namespec, readNamespec } from '../rpc/names.ts';
import { colouredStatus, hasColours, type Paint, paintOf } from './colours.ts';
import type { NamedDaemon } from './daemons.ts';
import { cut } from './dashboard/text.ts';
import { openEventSource } from './event-source.ts';
import { exitCodes } from './exit-codes.ts';
import { statusLines } from './format.ts';
import { JsonClient } from './json-client.ts';
import { writeOut } from './output.ts';
import { Presence } from './presence.ts';
import type { ProcessInfo } from './supervisor.ts';

export interface WatchHost {
  readonly login: ServerLogin;
  readonly isTerminal: boolean;
  orInterrupted<Value>(work: Promise<Value>): Promise<Value | undefined>;
}

export interface WatchRequest {
  /** Names and groups (`web:*`); none: all. */
  readonly names: readonly string[];
  /** An object a line. */
  readonly isJson?: boolean;
  /** Lines at a terminal, too. */
  readonly isPlain?: boolean;
  /** Stands before each line. */
  readonly label?: string;
}

const RETRY_MS = 1000;
/** Many changes at a time are drawn as one. */
const DRAW_AFTER_MS = 50;
const events = '/events?name=PROCESS_STATE&name=PROCESS_GROUP&name=SUPERVISOR_STATE_CHANGE';

/** Until Ctrl-C; answers with the exit status. */
export async function watchStatus(host: WatchHost, request: WatchRequest): Promise<number> {
  const isDrawn = host.isTerminal && !request.isJson && !request.isPlain && process.env['TERM'] !== 'dumb';
  const board: Board = isDrawn ? new Screen() : new Lines(request);
  const client = new JsonClient(host.login);
  const isMeant = filterOf(request.names);
  // The screen says so itself.
  const presence = isDrawn ? undefined : new Presence(request.label);
  let close = (): void => undefined;
  let drawing: NodeJS.Timeout | undefined;
  let isLeft = false;
  const refresh = async (): Promise<void> => {
    drawing = undefined;
    try {
      const infos = (await client.call('supervisor.getAllProcessInfo')) as readonly ProcessInfo[];
      if (!isLeft) board.shows(infos.filter(({ group, name }) => isMeant(group, name)));
    } catch {
      // That it has gone is told by the end of its events.
    }
  };
  const connect = (failed: (error: ProtocolError) => void): void => {
    const source = openEventSource(host.login, events, {
      open: () => presence?.back(),
      event(name, data) {
        // Only now: what has changed before is in the answer, what changes later is told.
        if (name === 'hello') void refresh();
        else {
          const item = data as TimelineItem['data'];
          if (isMeant(String(item['group'] ?? ''), String(item['name'] ?? ''))) board.changed(name, item);
          if (isDrawn) drawing ??= setTimeout(() => void refresh(), DRAW_AFTER_MS);
        }
      },
      end(error) {
        if (error instanceof ProtocolError) return failed(error);
        board.lost();
        presence?.away();
        const timer = setTimeout(() => connect(failed), RETRY_MS);
        close = () => clearTimeout(timer);
      },
    });
    close = () => source.close();
  };
  const onResize = () => void refresh();
  if (isDrawn) process.stdout.on('resize', onResize);
  const refused = await host.orInterrupted(new Promise<ProtocolError>((resolve) => connect(resolve)));
  isLeft = true;
  process.stdout.off('resize', onResize);
  clearTimeout(drawing);
  close();
  client.close();
  if (refused === undefined) {
    if (host.isTerminal) writeOut('\n'); // behind the ^C
    return exitCodes.SUCCESS;
  }
  writeOut('ERROR: this daemon cannot be watched: it is Supervisor, or an older tssupervisord\n');
  return exitCodes.GENERIC;
}

/** Lines about all daemons, each with its name if there are several, until Ctrl-C. */
export async function watchDaemons(host: WatchHost, daemons: readonly NamedDaemon[]): Promise<number> {
  const width = Math.max(...daemons.map(({ name }) => name.length));
  const codes = await Promise.all(
    daemons.map(({ name, login }, at) => {
      const label = daemons.length === 1 ? '' : `${name.padEnd(width)} `;
      return watchStatus(
        { ...host, login, isTerminal: host.isTerminal && at === 0 },
        { names: [], isPlain: true, label },
      );
    }),
  );
  return Math.max(...codes);
}

function filterOf(names: readonly string[]): (group: string, name: string) => boolean {
  if (names.length === 0 || names.includes('all')) return () => true;
  const wanted = names.map(readNamespec);
  return (group, name) =>
    wanted.some((one) => one.group === group && (one.process === undefined || one.process === name));
}

interface Board {
  shows(infos: readonly ProcessInfo[]): void;
  changed(event: string, data: TimelineItem['data']): void;
  lost(): void;
}

/** The table, drawn over itself when something in it is another thing; uptimes alone are no reason. */
class Screen implements Board {
  readonly #paint: Paint = paintOf(hasColours(process.env, true));
  #shown = '';
  #lines: readonly string[] = [];

  shows(infos: readonly ProcessInfo[]): void {
    const { columns, rows } = process.stdout;
    const key = JSON.stringify([infos.map((one) => [one.group, one.name, one.statename, one.pid]), columns, rows]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#lines = infos.length === 0 ? ['No processes'] : statusLines(infos);
    this.#draw(`As of ${new Date().toTimeString().slice(0, 8)}; drawn again at each change, Ctrl-C leaves`);
  }

  changed(): void {}

  lost(): void {
    this.#shown = '';
    this.#draw(`The daemon went away at ${new Date().toTimeString().slice(0, 8)}: waiting for it, Ctrl-C leaves`);
  }

  #draw(last: string): void {
    const { columns = 80, rows = 24 } = process.stdout;
    const room = Math.max(1, rows - 2);
    const isAll = this.#lines.length <= room;
    const shown = isAll ? this.#lines : this.#lines.slice(0, room - 1);
    const rest = isAll ? [] : [`... and ${this.#lines.length - shown.length} more`];
    const lines = [...shown, ...rest].map((line) => colouredStatus(cut(line, columns - 1), this.#paint));
    const body = [...lines, this.#paint(cut(last, columns - 1), 'dim')].map((line) => `${line}\u001b[K\n`).join('');
    writeOut(`\u001b[H${body}\u001b[J`);
  }
}

/** Once all, then a line for each change; for files, pipes and screen readers. */
class Lines implements Board {
  readonly #isJson: boolean;
  readonly #label: string;
  #known: readonly ProcessInfo[] = [];

  constructor({ isJson = false, label = '' }: WatchRequest) {
    this.#isJson = isJson;
    this.#label = label;
  }

  shows(infos: readonly ProcessInfo[]): void {
    this.#known = infos;
    if (this.#isJson) {
      for (const { group, name, statename, pid } of infos) this.#json(Date.now(), group, name, statename, pid);
    } else if (infos.length > 0) {
      for (const line of statusLines(infos)) this.#say(line);
    }
  }

  changed(event: string, { at, group, name, pid = 0, expected }: TimelineItem['data']): void {
    if (!event.startsWith('PROCESS_STATE_')) return;
    const statename = event.slice('PROCESS_STATE_'.length);
    if (this.#isJson) {
      this.#json(Number(at), String(group), String(name), statename, Number(pid));
      return;
    }
    const width = Math.max(0, ...this.#known.map((info) => namespec(info.group, info.name).length));
    const more = expected === false ? 'not expected' : pid === 0 ? '' : `pid ${pid}`;
    const clock = new Date(Number(at)).toTimeString().slice(0, 8);
    const line = `${clock} ${namespec(String(group), String(name)).padEnd(width)} ${statename.padEnd(9)} ${more}`;
    this.#say(line.trimEnd());
  }

  lost(): void {
    this.#known = [];
  }

  #say(line: string): void {
    writeOut(`${this.#label}${line}\n`);
  }

  #json(at: number, group: string, name: string, statename: string, pid: number): void {
    writeOut(`${JSON.stringify({ at, group, name, statename, pid })}\n`);
  }
}
