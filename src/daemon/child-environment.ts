/** The environment that programs get (supervisor/process.py `_spawn_as_child`). */
import type { ProcessConfig } from './config/model.ts';
import type { ProcessId } from './core/supervisor-messages.ts';

export interface ChildEnvironmentOptions {
  /** The daemon's environment at its start. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** SUPERVISOR_SERVER_URL of programs that name none; undefined when there is no server. */
  readonly serverUrl: string | undefined;
  /** Says whose child a process is: for finding it again after a crash of the daemon. */
  readonly marker: string;
}

export class ChildEnvironments {
  readonly #options: ChildEnvironmentOptions;
  /** The daemon's own as `KEY=value`, once for all programs. */
  readonly #inherited: readonly (readonly [key: string, entry: string])[];

  constructor(options: ChildEnvironmentOptions) {
    this.#options = options;
    this.#inherited = Object.entries(options.environment).map(([key, value]) => [key, `${key}=${value}`]);
  }

  /**
   * `KEY=value` entries; later ones win: the daemon's own, Supervisor's four, our marker, its ports and its sockets (as
   * sd_listen_fds(3) wants them; LISTEN_PID is filled in by the spawn), what the files say: `[supervisord]`, `env_file`,
   * the program itself.
   */
  of(id: ProcessId, config: ProcessConfig, fromFiles: ReadonlyMap<string, string> = new Map()): string[] {
    const { serverUrl, marker } = this.#options;
    const url = config.serverurl ?? serverUrl;
    const sockets = config.listen?.as === 'fds' ? config.listen : undefined;
    const own = new Map([
      ['SUPERVISOR_ENABLED', '1'],
      ...(url === undefined ? [] : [['SUPERVISOR_SERVER_URL', url] as const]),
      ['SUPERVISOR_PROCESS_NAME', config.name],
      ['SUPERVISOR_GROUP_NAME', config.group],
      ['TSSUPERVISOR_CHILD', `${id}@${marker}`],
      ...config.ports.map(({ key, port }) => [key.toUpperCase(), String(port)] as const),
      ...(sockets === undefined
        ? []
        : [
            ['LISTEN_FDS', String(sockets.sockets.length)] as const,
            ['LISTEN_PID', ''] as const,
            ['LISTEN_FDNAMES', sockets.names.join(':')] as const,
          ]),
      ...Object.entries(config.environment),
    ]);
    for (const [key, value] of fromFiles) if (!config.ownVariables.includes(key)) own.set(key, value);
    const inherited = this.#inherited.filter(([key]) => !own.has(key)).map(([, entry]) => entry);
    return [...inherited, ...Array.from(own, ([key, value]) => `${key}=${value}`)];
  }
}
