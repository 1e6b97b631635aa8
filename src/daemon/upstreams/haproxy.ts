/**
 * An upstream of haproxy: the servers of these names in its backend, set over its runtime socket, without a reload.
 *
 *     not there        add server, then ready as below (only for one that is to be in)
 *     in               its address, then state ready
 *     draining         state drain: what is under way goes on
 *     out              state maint
 *     process is gone  state maint, then del server; tried again while it still has connections
 *
 * What haproxy has is asked before it is changed, and what it has under other names is left alone. A haproxy that was
 * restarted has what its file says, so its pid is looked at every second; when it is another, or answers again after it
 * did not, everything is set again.
 */
import type { UpstreamConfig, UpstreamDriver } from '../config/model.ts';
import type { Cancel, Os } from '../os/os.ts';
import type { Applied, Driver, DriverLog } from './driver.ts';
import { type HaproxyServer, loadIn, pidIn, refusalIn, serversIn } from './haproxy-answers.ts';
import type { Answer } from './haproxy-socket.ts';
import type { Server, ServerState, WishedServer } from './servers.ts';

const CHECK_MS = 1000;
/** So many looks may find nobody at first: haproxy starts together with us, or is one of our programs. */
const EARLY_CHECKS = 5;

export interface HaproxyParts {
  readonly os: Pick<Os, 'now' | 'callAt'>;
  readonly log: DriverLog;
  ask(socket: string, command: string): Promise<Answer>;
  /** The servers that have been set or added; what is not wished any more of these goes. Outlives a change of settings. */
  readonly ours: Set<string>;
  /** It is another haproxy than before, or it answers again: apply is to be called. */
  onChanged(): void;
}

/** A command was refused, or there was no answer. */
class Trouble extends Error {}

export class Haproxy implements Driver {
  readonly #parts: HaproxyParts;
  readonly #config: UpstreamConfig;
  readonly #socket: string;
  readonly #backend: string;
  /** The one that has everything; undefined: none has. */
  #pid: number | undefined;
  #isLeftOver = false;
  #early = EARLY_CHECKS;
  #cancelCheck: Cancel = () => undefined;
  #isClosed = false;

  constructor(parts: HaproxyParts, config: UpstreamConfig, driver: Extract<UpstreamDriver, { type: 'haproxy' }>) {
    this.#parts = parts;
    this.#config = config;
    this.#socket = driver.socket;
    this.#backend = driver.backend;
    this.#checkLater();
  }

  async apply(servers: readonly WishedServer[]): Promise<Applied> {
    try {
      const pid = await this.#askPid();
      // What was ours is the new one's only as far as it is set again.
      const known = new Map((await this.#known()).map((server) => [server.name, server]));
      // Those that come are there before the others go.
      const order: readonly ServerState[] = ['in', 'draining', 'out'];
      const wished = [...servers].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
      const refusals: string[] = [];
      for (const server of wished) await this.#set(server, known.get(server.name), refusals);
      const names = new Set(servers.map(({ name }) => name));
      this.#isLeftOver = false;
      for (const name of this.#parts.ours) if (!names.has(name)) await this.#remove(name, known.get(name));
      const isOther = this.#pid !== pid;
      this.#pid = pid;
      this.#early = 0;
      // What it refuses it would refuse again now.
      if (refusals.length > 0) return { ok: false, why: refusals.join('; ') };
      if (isOther) this.#parts.log.info(`upstream ${this.#config.name}: set all servers of haproxy (pid ${pid})`);
      return { ok: true };
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      this.#pid = undefined;
      return { ok: false, why: error.message, isEarly: this.#early > 0 };
    }
  }

  async idleConnections({ name }: Server): Promise<number | undefined> {
    const answer = await this.#parts.ask(this.#socket, `show stat ${this.#backend} 4 -1`);
    const load = 'text' in answer ? loadIn(answer.text, name) : undefined;
    // One that does not answer sends nobody; what is left is in the tables of the kernel.
    if (load === undefined) return 0;
    return load.busy > 0 ? undefined : load.idle;
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelCheck();
  }

  async #set(server: WishedServer, known: HaproxyServer | undefined, refusals: string[]): Promise<void> {
    const { name, address, state } = server;
    const target = `${this.#backend}/${name}`;
    const change = async (command: string): Promise<boolean> => {
      const refusal = refusalIn(await this.#ask(command));
      if (refusal !== undefined) refusals.push(`haproxy refuses "${command}": ${refusal}`);
      return refusal === undefined;
    };
    if (known === undefined) {
      // One that is not there gets no requests either.
      if (state !== 'in') return;
      const { options } = this.#config;
      const added = await change(
        `add server ${target} ${haproxyAddress(address)}${options === '' ? '' : ` ${options}`}`,
      );
      if (!added) return;
      this.#parts.ours.add(name);
      if (/(^|\s)check(\s|$)/.test(options)) await change(`enable health ${target}`);
      await change(`set server ${target} state ready`);
      return;
    }
    this.#parts.ours.add(name);
    if (address.family === 'inet' && state === 'in') {
      const host = hostOf(address.host);
      if (known.host !== host || known.port !== address.port) {
        if (!(await change(`set server ${target} addr ${host} port ${address.port}`))) return;
      }
    }
    const now: ServerState = known.isInMaintenance ? 'out' : known.isDraining ? 'draining' : 'in';
    if (now !== state) await change(`set server ${target} state ${words[state]}`);
  }

  /** Its process is gone for good. */
  async #remove(name: string, known: HaproxyServer | undefined): Promise<void> {
    const target = `${this.#backend}/${name}`;
    if (known !== undefined) {
      if (!known.isInMaintenance) await this.#ask(`set server ${target} state maint`);
      const refusal = refusalIn(await this.#ask(`del server ${target}`));
      if (refusal !== undefined) {
        // It has connections still; at the next look it may have none.
        this.#isLeftOver = true;
        return;
      }
    }
    this.#parts.ours.delete(name);
  }

  async #known(): Promise<readonly HaproxyServer[]> {
    const answer = await this.#ask(`show servers state ${this.#backend}`);
    const servers = serversIn(answer);
    if (servers !== undefined) return servers;
    throw new Trouble(`haproxy says of its backend ${JSON.stringify(this.#backend)}: ${shown(answer)}`);
  }

  async #askPid(): Promise<number> {
    const answer = await this.#ask('show info');
    const pid = pidIn(answer);
    if (pid === undefined) throw new Trouble(`What answers at ${this.#socket} is no haproxy: ${shown(answer)}`);
    return pid;
  }

  async #ask(command: string): Promise<string> {
    const answer = await this.#parts.ask(this.#socket, command);
    if ('text' in answer) return answer.text;
    throw new Trouble(`Cannot reach haproxy at ${this.#socket}: ${answer.why}`);
  }

  #checkLater(): void {
    const { os } = this.#parts;
    this.#cancelCheck = os.callAt(os.now() + CHECK_MS, () => void this.#check());
  }

  async #check(): Promise<void> {
    const answer = await this.#parts.ask(this.#socket, 'show info');
    const pid = 'text' in answer ? pidIn(answer.text) : undefined;
    if (this.#isClosed) return;
    if (pid === undefined) {
      const isNews = this.#pid !== undefined || this.#early === 1;
      this.#pid = undefined;
      this.#early = Math.max(0, this.#early - 1);
      if (isNews) this.#parts.onChanged();
    } else if (pid !== this.#pid || this.#isLeftOver) this.#parts.onChanged();
    this.#checkLater();
  }
}

const words: Readonly<Record<ServerState, string>> = { in: 'ready', draining: 'drain', out: 'maint' };

function hostOf(host: string): string {
  return host === 'localhost' ? '127.0.0.1' : host;
}

function haproxyAddress(address: Server['address']): string {
  if (address.family === 'unix') return `unix@${address.path}`;
  const host = hostOf(address.host);
  return `${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}

function shown(answer: string): string {
  const line = answer.trim().split('\n', 1)[0] ?? '';
  return line === '' ? 'nothing' : JSON.stringify(line.slice(0, 200));
}
