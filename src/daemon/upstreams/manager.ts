/** All upstreams of a configuration, and what they share: the looks at connections, the reloads of one nginx. */
import type { GroupConfig, LoadedConfig, UpstreamConfig, UpstreamDriver } from '../config/model.ts';
import { isOfProgram, isServerOf, withDrains } from '../config/upstreams.ts';
import { type Event, type ProcessId, processId } from '../core/supervisor-messages.ts';
import type { Os } from '../os/os.ts';
import type { Programs } from '../programs.ts';
import type { Runtime } from '../runtime.ts';
import { runProxyCommand } from './command.ts';
import { Drain } from './drain.ts';
import type { Driver, DriverLog } from './driver.ts';
import { Haproxy } from './haproxy.ts';
import { askHaproxy } from './haproxy-socket.ts';
import { Nginx } from './nginx.ts';
import { NginxReload } from './nginx-reload.ts';
import { procTable } from './nginx-workers.ts';
import { serversOf } from './servers.ts';
import { Upstream, type UpstreamView } from './upstream.ts';

export interface UpstreamManagerParts {
  readonly os: Os;
  readonly runtime: Runtime;
  readonly programs: Pick<Programs, 'activeGroups' | 'config' | 'respec'>;
  readonly log: DriverLog;
  /** Whether a connection to it will be served, though it is not serving: a process with on_demand. */
  isOpen(id: ProcessId): boolean;
}

export class UpstreamManager {
  readonly #parts: UpstreamManagerParts;
  readonly #drain: Drain;
  readonly #reloads = new Map<string, NginxReload>();
  /** The servers that haproxy has from us, by upstream and backend. */
  readonly #servers = new Map<string, Set<string>>();
  #upstreams: readonly Upstream[] = [];

  constructor(parts: UpstreamManagerParts) {
    this.#parts = parts;
    this.#drain = new Drain(parts.os);
  }

  /**
   * Takes over what a configuration says of upstreams: those that are new or have changed are told at once, the others
   * go on. No process is touched. Resolves when all proxies have been told, or could not be.
   */
  async configure({ upstreams = [] }: Pick<LoadedConfig, 'upstreams'>): Promise<void> {
    const old = new Map(this.#upstreams.map((upstream) => [JSON.stringify(upstream.config), upstream]));
    this.#upstreams = upstreams.map((config) => {
      const key = JSON.stringify(config);
      const known = old.get(key);
      old.delete(key);
      return known ?? this.#upstream(config);
    });
    for (const gone of old.values()) gone.close();
    this.#respec(upstreams);
    await Promise.all(this.#upstreams.map((upstream) => upstream.request()));
  }

  happened(event: Event): void {
    for (const upstream of this.#upstreams) upstream.happened(event);
  }

  concerns(id: ProcessId): boolean {
    return this.#upstreams.some((upstream) => upstream.concerns(id));
  }

  async prepare(id: ProcessId): Promise<void> {
    await Promise.all(this.#upstreams.map((upstream) => upstream.leave(id)));
  }

  async joined(id: ProcessId): Promise<void> {
    await Promise.all(this.#upstreams.filter((one) => one.concerns(id)).map((upstream) => upstream.joined()));
  }

  reason(id: ProcessId): string | undefined {
    for (const upstream of this.#upstreams) {
      const reason = upstream.reason(id);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  views(): readonly UpstreamView[] {
    return this.#upstreams.map((upstream) => upstream.view());
  }

  close(): void {
    for (const upstream of this.#upstreams) upstream.close();
  }

  #upstream(config: UpstreamConfig): Upstream {
    const { os, runtime, log, programs, isOpen } = this.#parts;
    return new Upstream(config, {
      os,
      runtime: { supervisor: runtime.supervisor, isServing: (id) => runtime.isServing(id) || isOpen(id) },
      log,
      drain: this.#drain,
      driver: (onChanged) => this.#driver(config, onChanged),
      servers: () => serversOf(config, programs.activeGroups()),
      isMember: (id) => {
        const process = programs.config(id);
        return process !== undefined && isServerOf(process, config);
      },
    });
  }

  #driver(config: UpstreamConfig, onChanged: () => void): Driver {
    const { os, log } = this.#parts;
    const { driver } = config;
    if (driver.type === 'haproxy') {
      const ask = (socket: string, command: string) => askHaproxy(os, socket, command);
      const key = [config.name, driver.socket, driver.backend].join('\n');
      const ours = this.#servers.get(key) ?? new Set();
      this.#servers.set(key, ours);
      return new Haproxy({ os, log, ask, ours, onChanged }, config, driver);
    }
    return new Nginx({ log, run: runProxyCommand, reload: this.#reload(driver.reload) }, config, driver);
  }

  #reload(how: Extract<UpstreamDriver, { type: 'nginx' }>['reload']): NginxReload {
    const { os, runtime, programs } = this.#parts;
    const key = JSON.stringify(how);
    const known = this.#reloads.get(key);
    if (known !== undefined) return known;
    const idsOf = (program: string) => idsOfProgram(program, programs.activeGroups());
    const made = new NginxReload({ os, runtime, processes: procTable, idsOf, run: runProxyCommand }, how);
    this.#reloads.set(key, made);
    return made;
  }

  /** The time to drain is part of how a process is stopped, and counts for those that run already. */
  #respec(upstreams: readonly UpstreamConfig[]): void {
    const { programs, runtime } = this.#parts;
    for (const group of programs.activeGroups()) {
      const plain = group.processes.map(({ upstreamDrainMs: _, ...process }) => process);
      const [next] = withDrains([{ ...group, processes: plain }], upstreams);
      for (const process of next?.processes ?? []) {
        const now = group.processes.find(({ name }) => name === process.name);
        if (now?.upstreamDrainMs === process.upstreamDrainMs) continue;
        const id = processId(process.group, process.name);
        runtime.send({ type: 'respec', id, spec: programs.respec(process) });
      }
    }
  }
}

function idsOfProgram(program: string, groups: readonly GroupConfig[]): ProcessId[] {
  return groups
    .flatMap(({ processes }) => processes)
    .filter(({ section }) => isOfProgram(section, program))
    .map(({ group, name }) => processId(group, name));
}
