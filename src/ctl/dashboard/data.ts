/**
 * One daemon, as the dashboard keeps up with it: lists are asked for again after its news, CPU and memory every two
 * seconds while somebody looks at them, nothing else. A daemon that goes away is tried again until it is back.
 *
 *     /events ──► (at most twice a second) ──► POST /rpc, one batch ──► messages
 */
import { ProtocolError, type ServerLogin } from '../../rpc/client.ts';
import { type EventSource, openEventSource } from '../event-source.ts';
import { JsonClient } from '../json-client.ts';
import { type Act, type Call, callsOf } from './actions.ts';
import type { Program } from './model.ts';
import type { Sample } from './news.ts';
import { TimelineCursor, timelineMethod } from './timeline-cursor.ts';
import type { Message } from './update.ts';

/** What is looked at just now. */
export interface Needs {
  readonly hasSamples: boolean;
  /** Processes whose last lines are on the screen. */
  readonly lines: readonly string[];
  /** Asked after news. */
  readonly calls: readonly Call[];
  /** And every so often without any. */
  readonly everyMs?: number | undefined;
}

const noNeeds: Needs = { hasSamples: false, lines: [], calls: [] };

/** Between two lists of the same. */
const REFRESH_MS = 500;
const SAMPLE_MS = 2000;
const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 5000;

const news = ['PROCESS_STATE', 'PROCESS_GROUP', 'PROCESS_SERVING', 'SUPERVISOR_STATE', 'JOB']
  .map((name) => `name=${name}`)
  .join('&');

export class DaemonLink {
  readonly #login: ServerLogin;
  readonly #index: number;
  readonly #tell: (message: Message) => void;
  readonly #isReadOnly: boolean;
  readonly #client: JsonClient;
  /** Its own connection: a restart waits for its process, and lists are to come meanwhile. */
  readonly #actions: JsonClient;
  readonly #timeline = new TimelineCursor();
  #source: EventSource | undefined;
  #needs = noNeeds;
  #isUp = false;
  #isClosed = false;
  #isAsking = false;
  #isStale = false;
  #askedAt = 0;
  #timers: { refresh?: NodeJS.Timeout; sample?: NodeJS.Timeout; every?: NodeJS.Timeout; retry?: NodeJS.Timeout } = {};
  #retryMs = RETRY_FIRST_MS;

  constructor(login: ServerLogin, index: number, isReadOnly: boolean, tell: (message: Message) => void) {
    this.#login = login;
    this.#index = index;
    this.#isReadOnly = isReadOnly;
    this.#tell = tell;
    this.#client = new JsonClient(login);
    this.#actions = new JsonClient(login);
    this.#connect();
  }

  /** Tells what is looked at; what is new is asked for at once. */
  look(needs: Needs): void {
    const before = this.#needs;
    if (JSON.stringify(before) === JSON.stringify(needs)) return;
    this.#needs = needs;
    const isNew = needs.calls.some((call) => !before.calls.some((old) => JSON.stringify(old) === JSON.stringify(call)));
    if (isNew) this.refresh();
    if (needs.everyMs !== before.everyMs) this.#setEvery();
    // New rows have come into sight, or somebody looks again.
    const hasMore = needs.lines.some((name) => !before.lines.includes(name));
    if (needs.hasSamples && (!before.hasSamples || hasMore)) this.#sampleSoon(before.hasSamples ? REFRESH_MS : 0);
    if (!needs.hasSamples) this.#clear('sample');
  }

  /** Asks for all lists anew, soon. */
  refresh(): void {
    this.#isStale = true;
    if (this.#isAsking || this.#timers.refresh !== undefined || !this.#isUp) return;
    const wait = Math.max(0, this.#askedAt + REFRESH_MS - performance.now());
    this.#timers.refresh = setTimeout(() => {
      this.#clear('refresh');
      void this.#ask();
    }, wait);
  }

  /** Does it and says how that went. Nothing is done if the dashboard is read-only, whoever asks. */
  async act(act: Act): Promise<void> {
    const failures: string[] = [];
    let said = '';
    if (this.#isReadOnly) failures.push('Started with --read-only: nothing is changed from here');
    else {
      try {
        for (const calls of callsOf(act)) {
          if (calls.length === 0) failures.push('There is nothing of that kind');
          const answers = await this.#actions.batch(calls);
          answers.forEach((answer, index) => {
            const call = calls[index];
            if ('error' in answer) {
              // Stopping what has stopped already is the first half of a restart done.
              if (act.verb === 'restart' && call?.method.startsWith('supervisor.stop')) return;
              failures.push(`${String(call?.params[0])}: ${answer.error.message}`);
            } else if (typeof answer.result === 'string' && answer.result !== '') {
              said = `${act.verb} is job ${answer.result}`;
            }
          });
        }
      } catch (error) {
        failures.push(textOf(error));
      }
    }
    this.#tell({ type: 'acted', act, failures, said });
    this.refresh();
  }

  close(): void {
    this.#isClosed = true;
    for (const name of ['refresh', 'sample', 'every', 'retry'] as const) this.#clear(name);
    this.#source?.close();
    this.#client.close();
    this.#actions.close();
  }

  #connect(): void {
    this.#source = openEventSource(this.#login, `/events?${news}`, {
      event: () => this.#heard(),
      end: (error) => this.#lost(error),
    });
  }

  #heard(): void {
    if (!this.#isUp) {
      this.#isUp = true;
      this.#retryMs = RETRY_FIRST_MS;
      this.#tell({ type: 'status', daemon: this.#index, status: 'up', why: '' });
      if (this.#needs.hasSamples) this.#sampleSoon(0);
      this.#setEvery();
    }
    this.refresh();
  }

  #lost(error: unknown): void {
    if (this.#isClosed) return;
    this.#isUp = false;
    for (const name of ['refresh', 'sample', 'every'] as const) this.#clear(name);
    this.#client.close();
    const why = error === undefined ? 'it has closed the connection' : textOf(error);
    this.#tell({ type: 'status', daemon: this.#index, status: 'away', why });
    this.#clear('retry');
    this.#timers.retry = setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(RETRY_MOST_MS, this.#retryMs * 2);
  }

  /** One batch for all lists. */
  async #ask(): Promise<void> {
    this.#isAsking = true;
    this.#isStale = false;
    this.#askedAt = performance.now();
    const daemon = this.#index;
    const calls = this.#needs.calls.map((call) => (call.method === timelineMethod ? this.#timeline.call : call));
    try {
      const [programs, ...answers] = await this.#client.batch([
        { method: 'tssupervisor.getProcesses', params: [] },
        ...calls,
      ]);
      if (programs !== undefined && 'result' in programs) {
        this.#tell({ type: 'programs', daemon, programs: (programs.result as readonly Program[]).map(readProgram) });
      } else if (programs !== undefined) {
        this.#tell({
          type: 'status',
          daemon,
          status: 'away',
          why: `It is no tssupervisord (${programs.error.message})`,
        });
      }
      answers.forEach((outcome, index) => {
        const method = calls[index]?.method ?? '';
        const answer = 'result' in outcome ? outcome.result : { error: outcome.error.message };
        this.#tell({
          type: 'answer',
          daemon,
          method,
          answer: method === timelineMethod ? this.#whole(answer) : answer,
        });
      });
    } catch {
      // The stream of events ends as well, and says why.
    }
    this.#isAsking = false;
    if (this.#isStale) this.refresh();
  }

  #whole(page: unknown): unknown {
    const { answer, isWhole } = this.#timeline.take(page);
    if (!isWhole) this.#isStale = true;
    return answer;
  }

  #sampleSoon(ms: number): void {
    this.#clear('sample');
    if (!this.#isUp) return;
    this.#timers.sample = setTimeout(() => void this.#sample(), ms);
  }

  async #sample(): Promise<void> {
    const { lines } = this.#needs;
    try {
      const calls: Call[] = [{ method: 'tssupervisor.getSamples', params: [[]] }];
      if (lines.length > 0) calls.push({ method: 'tssupervisor.getLastLines', params: [lines] });
      const [sample, last] = await this.#client.batch(calls);
      const daemon = this.#index;
      if (sample !== undefined && 'result' in sample)
        this.#tell({ type: 'sample', daemon, sample: sample.result as Sample });
      if (last !== undefined && 'result' in last) {
        this.#tell({ type: 'lastLines', daemon, lines: last.result as Readonly<Record<string, string>> });
      }
    } catch {
      return; // as above
    }
    if (this.#needs.hasSamples) this.#sampleSoon(SAMPLE_MS);
  }

  #setEvery(): void {
    this.#clear('every');
    if (this.#needs.everyMs === undefined || !this.#isUp) return;
    this.#timers.every = setInterval(() => this.refresh(), this.#needs.everyMs);
  }

  #clear(name: 'refresh' | 'sample' | 'every' | 'retry'): void {
    clearTimeout(this.#timers[name]);
    delete this.#timers[name];
  }
}

/** What an older daemon does not say is as if there were nothing to say. */
function readProgram(one: Program): Program {
  return { ...one, start: one.start ?? 0, restarts: one.restarts ?? 0, ports: one.ports ?? [], tags: one.tags ?? [] };
}

function textOf(error: unknown): string {
  if (error instanceof ProtocolError && error.status === 401) return 'its user or password is another';
  if (error instanceof ProtocolError && error.status === 404) return 'it is Supervisor, or an older tssupervisord';
  return error instanceof Error ? error.message : String(error);
}
