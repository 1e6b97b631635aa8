/**
 * The way of news: from the core's events, the programs' output and the clock to the event listeners, named and worded
 * as Supervisor's events, and, but for output and ticks, to the feed that clients follow. What no listener wants is
 * not even worded.
 */
import type { GroupConfig } from '../config/model.ts';
import type { Event, ProcessId } from '../core/supervisor-messages.ts';
import type { LogFiles } from '../logs/log-files.ts';
import type { Os } from '../os/os.ts';
import { Feed, type FeedItem } from './feed.ts';
import type { ListenersParts, PoolReport } from './listeners.ts';
import { Listeners } from './listeners.ts';
import * as payloads from './payloads.ts';
import { resultHandler } from './result-handlers.ts';
import { Ticks } from './ticks.ts';

export interface NewsParts extends ListenersParts {
  readonly os: Pick<Os, 'now' | 'callAt'>;
  readonly files: LogFiles;
  /** Why a process is not there for others just now; undefined for one without a probe `ready`: its state says it all. */
  whyNotServing(id: ProcessId): string | undefined;
}

/** Of the data of a message from outside, which may be megabytes, the feed remembers so many. */
const MAX_REMOTE_CHARACTERS = 1000;

type Channel = 'stdout' | 'stderr';

const upper = { stdout: 'STDOUT', stderr: 'STDERR' } as const;

export class News {
  /** What `GET /events` tells. */
  readonly feed = new Feed(Date.now().toString(36));
  readonly #listeners: Listeners;
  readonly #ticks: Ticks;
  readonly #files: LogFiles;
  readonly #whyNotServing: NewsParts['whyNotServing'];
  #stdout: ReturnType<LogFiles['open']> | undefined;

  constructor(parts: NewsParts) {
    this.#files = parts.files;
    this.#whyNotServing = parts.whyNotServing;
    this.#listeners = new Listeners(parts);
    this.#ticks = new Ticks({
      os: parts.os,
      wants: (name) => this.#listeners.wants(name),
      tick: (name, when) => this.#listeners.notify(name, payloads.tick(when)),
    });
  }

  /** Before the group itself is added: a pool hears of its own beginning. */
  addGroup(group: GroupConfig): void {
    if (group.type !== 'eventlistener') return;
    this.#listeners.addPool({
      name: group.name,
      events: group.events,
      bufferSize: group.buffer_size,
      isWritten: group.buffer_size_written,
      judge: resultHandler(group.result_handler, (text) => this.#print(text)),
    });
    this.#ticks.rearm();
  }

  removeGroup(name: string): void {
    this.#listeners.removePool(name);
    this.#ticks.rearm();
  }

  /** After the states have changed, before anything else is done about it. */
  happened(event: Event): void {
    const listeners = this.#listeners;
    if (event.type === 'serving') {
      this.#tellServing(event);
      return;
    }
    if (event.type === 'waiting' || event.type === 'member') return;
    this.feed.publish(...told(event), Date.now());
    switch (event.type) {
      case 'processState': {
        if (listeners.wants(`PROCESS_STATE_${event.to}`)) listeners.notify(...payloads.processState(event));
        if (event.to === 'STARTING') listeners.starting(event.id);
        else if (event.to === 'RUNNING') listeners.running(event.id);
        else if (event.to !== 'STOPPING' && event.to !== 'UNKNOWN') listeners.ended(event.id);
        return;
      }
      case 'supervisorState':
        listeners.notify(`SUPERVISOR_STATE_CHANGE_${event.state}`, '');
        return;
      case 'groupAdded':
        listeners.notify('PROCESS_GROUP_ADDED', payloads.processGroup(event.group));
        return;
      case 'groupRemoved':
        listeners.notify('PROCESS_GROUP_REMOVED', payloads.processGroup(event.group));
        return;
      default:
        event satisfies never;
    }
  }

  processLog(id: ProcessId, pid: number, channel: Channel, text: string): void {
    const name = `PROCESS_LOG_${upper[channel]}` as const;
    if (this.#listeners.wants(name)) this.#listeners.notify(name, payloads.processLog(id, pid, channel, text));
  }

  processCommunication(id: ProcessId, pid: number, channel: Channel, text: string): void {
    this.#listeners.notify(`PROCESS_COMMUNICATION_${upper[channel]}`, payloads.processCommunication(id, pid, text));
  }

  remoteCommunication(type: string, data: string): void {
    this.feed.publish('REMOTE_COMMUNICATION', { type, data: data.slice(0, MAX_REMOTE_CHARACTERS) }, Date.now());
    this.#listeners.notify('REMOTE_COMMUNICATION', payloads.remoteCommunication(type, data));
  }

  /** What a listener wrote to its stdout. */
  protocol(id: ProcessId, bytes: Buffer): void {
    this.#listeners.output(id, bytes);
  }

  pools(): PoolReport[] {
    return this.#listeners.report();
  }

  close(): void {
    this.#ticks.close();
    if (this.#stdout !== undefined && !('code' in this.#stdout)) this.#stdout.close();
  }

  #tellServing({ id, serving }: Extract<Event, { type: 'serving' }>): void {
    const why = this.#whyNotServing(id);
    if (why === undefined) return;
    const at = id.indexOf(':');
    const data = { groupname: id.slice(0, at), processname: id.slice(at + 1), serving, why };
    this.feed.publish('PROCESS_SERVING', data, Date.now());
  }

  /** To the daemon's stdout, which is nowhere when it is no longer in the foreground. */
  #print(text: string): void {
    this.#stdout ??= this.#files.open('/dev/stdout', { maxBytes: 0, backups: 0 });
    if (!('code' in this.#stdout)) this.#stdout.write(Buffer.from(text));
  }
}

/** An event as the feed tells it: its name and what it says, as data. */
function told(
  event: Exclude<Event, { type: 'serving' | 'waiting' | 'member' }>,
): [name: string, data: FeedItem['data']] {
  switch (event.type) {
    case 'processState': {
      const { id, from, to, pid, tries, expected } = event;
      const at = id.indexOf(':');
      const data = { group: id.slice(0, at), name: id.slice(at + 1), from, to };
      return [
        `PROCESS_STATE_${to}`,
        {
          ...data,
          ...(pid !== undefined && { pid }),
          ...(tries !== undefined && { tries }),
          ...(expected !== undefined && { expected }),
        },
      ];
    }
    case 'supervisorState':
      return [`SUPERVISOR_STATE_CHANGE_${event.state}`, {}];
    case 'groupAdded':
      return ['PROCESS_GROUP_ADDED', { group: event.group }];
    case 'groupRemoved':
      return ['PROCESS_GROUP_REMOVED', { group: event.group }];
    default:
      return event satisfies never;
  }
}
