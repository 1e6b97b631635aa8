import { ProtocolError, type ServerLogin } from '../../rpc/client.ts';
import { Fault, faultCodes } from '../../rpc/faults.ts';
import { namespec } from '../../rpc/names.ts';
import { type EventSource, openEventSource } from '../event-source.ts';
import { JsonClient } from '../json-client.ts';
import { readDetails } from '../process-details.ts';
import { awaitedLine, rowsOf, type Standing, standingOf, type WaitWish } from '../wait-goals.ts';

export { readWish } from '../wait-goals.ts';

/**
 * `wait`: the daemon is asked once, and again only when it has told of something that may have changed the answer. It
 * tells of events before it is asked, so that nothing can happen between the two. A daemon that goes away is awaited,
 * too: it may come back with another file.
 */

export interface WaitHost {
  readonly login: ServerLogin;
  print(line: string): void;
  /** With `--json`. */
  readonly report?: (fields: Readonly<Record<string, unknown>>) => void;
  notFound(name: string): void;
  /** Who has not come so far. */
  awaits(names: readonly string[]): void;
}

/** `never`: this daemon has no such events. */
type Ending = 'there' | 'late' | 'unknown' | 'never';

const EVENTS = '/events?name=PROCESS_STATE&name=PROCESS_SERVING&name=PROCESS_GROUP';
const AGAIN_MS = 500;

/** The exit status: 0 if all came to where they were to, 1 if not. Rejects with what keeps it from asking. */
export async function waitFor(host: WaitHost, wish: WaitWish): Promise<number> {
  const { print } = host;
  const waiting = new Waiting(host, wish);
  const ending = await waiting.ended;
  const { standing } = waiting;
  if (ending === 'never') {
    print('ERROR: this daemon tells nothing of its processes: it is Supervisor, or an older tssupervisord');
  }
  if (ending === 'unknown') {
    for (const name of standing.unknown) {
      print(`${name}: ERROR (no such process)`);
      host.notFound(name);
    }
  } else if (ending === 'late') {
    const lines = standing.awaited.map((each) => awaitedLine(wish, each));
    for (const line of lines) print(line);
    // Whoever could not even be asked within the time.
    const message = lines[0] ?? `No answer within ${wish.timeoutMs / 1000} s`;
    host.report?.({ error: { code: 'TIMEOUT', message } });
  }
  if (ending === 'there' || ending === 'late') host.report?.({ processes: rowsOf(standing) });
  return ending === 'there' ? 0 : 1;
}

class Waiting {
  readonly ended: Promise<Ending>;
  readonly #host: WaitHost;
  readonly #wish: WaitWish;
  readonly #client: JsonClient;
  readonly #told = new Set<string>();
  #source: EventSource | undefined;
  #timer: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;
  #isAsking = false;
  #isStale = false;
  standing: Standing = { unknown: [], there: [], awaited: [] };
  #end: (ending: Ending) => void = () => undefined;
  #fail: (error: unknown) => void = () => undefined;

  constructor(host: WaitHost, wish: WaitWish) {
    this.#host = host;
    this.#wish = wish;
    this.#client = new JsonClient(host.login);
    this.ended = new Promise<Ending>((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    }).finally(() => this.#close());
    const isForEver = wish.timeoutMs === Number.POSITIVE_INFINITY;
    if (!isForEver) this.#timer = setTimeout(() => this.#end('late'), wish.timeoutMs);
    this.#open();
  }

  #open(): void {
    this.#source = openEventSource(this.#host.login, EVENTS, {
      event: () => void this.#ask(),
      end: (error) => {
        if (!(error instanceof ProtocolError)) this.#again = setTimeout(() => this.#open(), AGAIN_MS);
        else if (error.status === 404) this.#end('never');
        else this.#fail(error);
      },
    });
  }

  /** Whoever comes while the daemon is being asked has it asked once more. */
  async #ask(): Promise<void> {
    this.#isStale = true;
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      while (this.#isStale) {
        this.#isStale = false;
        this.#look(readDetails(await this.#client.call('tssupervisor.getProcesses')));
      }
    } catch (error) {
      // Gone: then the events have ended, too, and begin again when it is back.
      if (error instanceof Fault && error.code === faultCodes.UNKNOWN_METHOD) this.#end('never');
      else if (error instanceof Fault || error instanceof ProtocolError) this.#fail(error);
    } finally {
      this.#isAsking = false;
    }
  }

  #look(all: Parameters<typeof standingOf>[1]): void {
    const { unknown, there, awaited } = standingOf(this.#wish, all);
    this.standing = { unknown, there, awaited };
    for (const { group, name } of there) {
      const told = namespec(group, name);
      if (!this.#told.has(told)) this.#host.print(`${told}: ${this.#wish.goal}`);
      this.#told.add(told);
    }
    if (unknown.length > 0) this.#end('unknown');
    else if (awaited.length === 0) this.#end('there');
    else this.#host.awaits(awaited.map(({ group, name }) => namespec(group, name)));
  }

  #close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#again);
    this.#source?.close();
    this.#client.close();
  }
}
