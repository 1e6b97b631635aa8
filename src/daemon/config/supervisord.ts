/** `[supervisord]`, with the command line on top. */
import { normalPath } from '../../config/paths.ts';
import { printed } from '../../config/python-text.ts';
import { Refusal, user as userType } from '../../config/values.ts';
import { supervisordOptions } from './daemon-options.ts';
import type { ConfigHost } from './host.ts';
import type { DaemonConfig, Problem } from './model.ts';
import { type Reading, type Scope, SectionReader } from './reading.ts';

export type SupervisordKey = keyof typeof supervisordOptions;

/** What the command line says about settings; flags say `true`. */
export type Overrides = Readonly<Partial<Record<SupervisordKey, string>>>;

/** Which option of supervisord sets which key. Those without an argument can only switch on. */
export const commandLineOptions: readonly {
  readonly short: string | undefined;
  readonly long: string;
  readonly key: SupervisordKey;
  readonly takes: 'value' | 'nothing';
}[] = [
  { short: 'n', long: 'nodaemon', key: 'nodaemon', takes: 'nothing' },
  { short: 'u', long: 'user', key: 'user', takes: 'value' },
  { short: 'm', long: 'umask', key: 'umask', takes: 'value' },
  { short: 'd', long: 'directory', key: 'directory', takes: 'value' },
  { short: 'l', long: 'logfile', key: 'logfile', takes: 'value' },
  { short: 'y', long: 'logfile_maxbytes', key: 'logfile_maxbytes', takes: 'value' },
  { short: 'z', long: 'logfile_backups', key: 'logfile_backups', takes: 'value' },
  { short: 'e', long: 'loglevel', key: 'loglevel', takes: 'value' },
  { short: 'j', long: 'pidfile', key: 'pidfile', takes: 'value' },
  { short: 'i', long: 'identifier', key: 'identifier', takes: 'value' },
  { short: 'q', long: 'childlogdir', key: 'childlogdir', takes: 'value' },
  { short: 'a', long: 'minfds', key: 'minfds', takes: 'value' },
  { short: undefined, long: 'minprocs', key: 'minprocs', takes: 'value' },
  { short: 'k', long: 'nocleanup', key: 'nocleanup', takes: 'nothing' },
  { short: 't', long: 'strip_ansi', key: 'strip_ansi', takes: 'nothing' },
  { short: 's', long: 'silent', key: 'silent', takes: 'nothing' },
];

type Settings = { -readonly [Key in SupervisordKey]: unknown };

/**
 * The values of the command line, read before any file. They were good at the start, but a directory may have gone
 * since.
 */
export function readOverrides(
  overrides: Overrides,
  host: ConfigHost,
): { readonly values: Partial<Settings>; readonly problems: readonly Problem[] } {
  const values: Partial<Settings> = {};
  const problems: Problem[] = [];
  for (const { key, long } of commandLineOptions) {
    const value = overrides[key];
    if (value === undefined) continue;
    try {
      values[key] = supervisordOptions[key].type.parse(value, host);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { expected } = supervisordOptions[key].type;
      const message = `invalid value for --${long} ${printed(value)}: ${error.message}`;
      problems.push({ file: undefined, line: undefined, section: undefined, key, message, expected, got: value });
    }
  }
  return { values, problems };
}

/** In Supervisor's order, which decides about the first problem. `user` is looked up later, by `resolveUser`. */
export function readSupervisord(reading: Reading, overrides: Partial<Settings>): DaemonConfig {
  const { host } = reading;
  const reader = new SectionReader(reading, supervisordOptions, 'supervisord');
  const scope = reading.scope({ here: reading.here });
  const written = {
    minfds: reader.read('minfds', scope),
    minprocs: reader.read('minprocs', scope),
    directory: reader.read('directory', scope),
    user: reader.read('user', scope),
    umask: reader.read('umask', scope),
    logfile: reader.read('logfile', scope),
    logfile_maxbytes: reader.read('logfile_maxbytes', scope),
    logfile_backups: reader.read('logfile_backups', scope),
    loglevel: reader.read('loglevel', scope),
    pidfile: reader.read('pidfile', scope),
    identifier: reader.read('identifier', scope),
    nodaemon: reader.read('nodaemon', scope),
    silent: reader.read('silent', scope),
    childlogdir: reader.read('childlogdir', scope) ?? host.tempDirectory,
    nocleanup: reader.read('nocleanup', scope),
    strip_ansi: reader.read('strip_ansi', scope),
    port_range: reader.read('port_range', scope),
    watch_config: reader.read('watch_config', scope),
    environment: readEnvironment(reader, scope),
  };
  const all = { ...written, ...(overrides as Partial<typeof written>) };
  return {
    ...all,
    logfile: all.logfile === 'syslog' ? all.logfile : normalPath(all.logfile, host),
    pidfile: normalPath(all.pidfile, host),
    uid: undefined,
  };
}

/** Expanded twice, as in Supervisor, which is why `%(host_node_name)s` fails: only the second time knows it. */
function readEnvironment(
  reader: SectionReader<typeof supervisordOptions>,
  scope: Scope,
): Readonly<Record<string, string>> {
  const { reading } = reader;
  const node = reading.scope({ here: reading.here, host_node_name: reading.host.hostname });
  const once = reader.isWritten('environment') ? reader.expanded('environment', scope) : '';
  const twice = once === undefined ? undefined : reader.expand('environment', once, node, 'environment');
  const environment = twice === undefined ? undefined : reader.parsed('environment', twice);
  if (environment === undefined) reading.environmentIsPartial = true;
  for (const [key, value] of Object.entries(environment ?? {})) reading.environment.set(`ENV_${key}`, value);
  return environment ?? {};
}

/** Looks `user` up, as Supervisor does when everything else is read. `isTyped`: the command line names the user. */
export function resolveUser(reading: Reading, config: DaemonConfig, isTyped: boolean): DaemonConfig {
  if (config.user === undefined) return config;
  try {
    return { ...config, uid: userType.parse(config.user, reading.host).uid };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const expected = { expected: userType.expected, got: config.user };
    if (isTyped) {
      const nowhere = { file: undefined, line: undefined, section: undefined, key: 'user' };
      reading.problems.push({ ...nowhere, message: error.message, ...expected });
    } else {
      new SectionReader(reading, supervisordOptions, 'supervisord').problem('user', error.message, expected);
    }
    return config;
  }
}
