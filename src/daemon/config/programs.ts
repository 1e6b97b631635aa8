/** A program section becomes processes, one for each `process_num`. */
import type { OptionTable, SettingOf } from '../../config/option.ts';
import type { FormatValue } from '../../config/percent-format.ts';
import { compareText, printed, strip } from '../../config/python-text.ts';
import { processName } from '../../config/values.ts';
import { readCare } from './care.ts';
import { readOrder } from './hooks.ts';
import { markHeld, readListen } from './listen.ts';
import type { FcgiSocketConfig, LogTarget, ProcessConfig, StreamConfig } from './model.ts';
import { portsOf, readPorts } from './ports.ts';
import { addressOf, readProbes, readRolls } from './probes.ts';
import { programOptions } from './program-options.ts';
import { type Reading, type Scope, SectionReader } from './reading.ts';
import { readReload } from './reload-options.ts';
import { readEnvFiles, readRestarts } from './restarts.ts';
import { readSchedule } from './schedule.ts';
import { readTags } from './tag-options.ts';
import { readWatch } from './watch.ts';

/** So many processes of one program are taken for a slip of the finger; Supervisor would try, and run out of memory. */
const maxProcesses = 100_000;

type ProgramReader = SectionReader<typeof programOptions>;

/** What processes of a section have in common: read once, before the first of them. */
type Shared = Omit<
  ProcessConfig,
  | 'bind'
  | 'ports'
  | 'listen'
  | 'watch'
  | 'ready'
  | 'live'
  | 'hooks'
  | 'reload'
  | 'uncounted'
  | 'name'
  | 'command'
  | 'directory'
  | 'stdout'
  | 'stderr'
  | 'environment'
  | 'envFiles'
  | 'ownVariables'
> & {
  readonly numprocs: number;
  readonly numprocs_start: number;
  readonly processName: string;
  readonly outputs: Readonly<Record<Stream, Pick<StreamConfig, 'capture_maxbytes' | 'events_enabled'>>>;
};

type Stream = 'stdout' | 'stderr';

/**
 * The processes of a section as members of a group, sorted by name (they share their priority). Warnings for the log
 * are added to `warnings`, once for each process, as Supervisor does. `[supervisord] environment` is not merged in.
 * `socket` is that of an [fcgi-program:x], for its probes.
 */
export function processesOf(
  reading: Reading,
  section: string,
  group: string,
  warnings: string[],
  socket?: FcgiSocketConfig,
): ProcessConfig[] {
  const file = reading.ini.placeOf(section)?.file ?? reading.file;
  const suffix = ` in section ${printed(section)} (file: ${printed(file)})`;
  const reader: ProgramReader = new SectionReader(reading, programOptions, section, suffix);
  const program = programNameOf(reader);
  // One set of names for all processes: what one's environment adds stays for the next, as in Supervisor.
  const names = new Map<string, FormatValue>([
    ...reading.environment,
    ['here', reading.here],
    ['program_name', program],
    ['host_node_name', reading.host.hostname],
    ['group_name', group],
  ]);
  const scope: Scope = () => names;
  const shared = readShared(reader, scope, group);

  const portSettings = readPorts(reading, section, scope);
  const usesCount = reading.ini
    .keys(section)
    .some((key) => reading.ini.get(section, key)?.value.includes('%(numprocs)'));
  const processes: ProcessConfig[] = [];
  for (let index = 0; index < shared.numprocs; index++) {
    const problems = reading.problems.length;
    names.set('process_num', shared.numprocs_start + index).set('numprocs', shared.numprocs);
    for (const [name, value] of reading.environment) names.set(name, value);
    const ports = portsOf(reading, section, group, portSettings, index);
    if (ports.length > 0) names.set('bind', portSettings.bind);
    for (const { key, port } of ports) names.set(key, port);
    const process = readProcess(reader, shared, names, warnings);
    const listen = readListen(reader, program, scope);
    const { bind } = portSettings;
    const watch = readWatch(reader, process.directory, scope);
    const probes = readProbes(reading, section, scope, addressOf(listen, socket, ports, bind));
    const hooks = readOrder(reading, section, scope, `${group}:${process.name}`);
    processes.push({
      ...process,
      bind,
      ports: markHeld(ports, bind, listen),
      ...(listen && { listen }),
      // A connection starts it, nothing else does.
      ...(listen?.onDemand && { autostart: false }),
      ...(hooks && { hooks }),
      ...(watch && { watch }),
      ...probes,
      ...readReload(reading, section, scope),
      ...(usesCount && readUncounted(reader, shared, names, program)),
    });
    if (reading.problems.length > problems) break;
  }
  return processes.sort((a, b) => compareText(a.name, b.name));
}

/** What comes of the section whatever the number of processes is; nothing that is wrong with that is a problem. */
function readUncounted(
  reader: ProgramReader,
  shared: Shared,
  names: ReadonlyMap<string, FormatValue>,
  program: string,
): Pick<ProcessConfig, 'uncounted'> {
  const { reading } = reader;
  const problems = reading.problems.length;
  const { environmentIsPartial } = reading;
  const others = new Map(names).set('numprocs', 0);
  const { command, directory, stdout, stderr, environment, envFiles } = readProcess(reader, shared, others, []);
  const listen = readListen(reader, program, () => others);
  reading.problems.length = problems;
  reading.environmentIsPartial = environmentIsPartial;
  return { uncounted: { command, directory, stdout, stderr, environment, envFiles, listen } };
}

function programNameOf(reader: ProgramReader): string {
  const written = reader.section.slice(reader.section.indexOf(':') + 1);
  return nameOf(reader, undefined, written) ?? written;
}

/** A name, or undefined after reporting what is wrong with it. */
export function nameOf<Table extends OptionTable>(
  reader: SectionReader<Table>,
  key: (string & keyof Table) | undefined,
  text: string,
): string | undefined {
  try {
    return processName.parse(text, reader.reading.host);
  } catch (error) {
    reader.problem(key, error instanceof Error ? error.message : String(error), {
      expected: processName.expected,
      got: text,
    });
    return undefined;
  }
}

/** In Supervisor's order, which decides about the first problem. */
function readShared(reader: ProgramReader, scope: Scope, group: string): Shared {
  const read = <Key extends keyof typeof programOptions>(key: Key): SettingOf<(typeof programOptions)[Key]> =>
    reader.read(key, scope);
  const priority = read('priority');
  const autostart = read('autostart');
  const autorestart = read('autorestart');
  const startsecs = read('startsecs');
  const startretries = read('startretries');
  const stopsignal = read('stopsignal');
  const stopwaitsecs = read('stopwaitsecs');
  const stopasgroup = read('stopasgroup');
  const killasgroup = read('killasgroup') ?? stopasgroup;
  const exitcodes = read('exitcodes');
  const redirect_stderr = read('redirect_stderr');
  const written = read('numprocs');
  const numprocs_start = read('numprocs_start');
  const stdout = { capture_maxbytes: read('stdout_capture_maxbytes'), events_enabled: read('stdout_events_enabled') };
  const stderr = { capture_maxbytes: read('stderr_capture_maxbytes'), events_enabled: read('stderr_events_enabled') };
  const serverurl = read('serverurl');
  const user = read('user');
  const umask = read('umask');
  const writtenName = reader.raw('process_name');
  const name = nameOf(reader, 'process_name', writtenName) ?? writtenName;
  const isNumbered = name.includes('%(process_num)');
  // Asked for in any case: it is what keeps count of what the files say.
  const wanted = reader.reading.countOf(reader.section, written);
  const numprocs = isNumbered ? wanted : written;
  if (numprocs > 1 && !isNumbered) {
    reader.problem('numprocs', '%(process_num) must be present within process_name when numprocs > 1', {
      expected: 'a process_name such as %(program_name)s_%(process_num)02d',
      got: name,
    });
  }
  if (numprocs > maxProcesses) {
    reader.problem('numprocs', `Cannot run ${numprocs} processes of one program`, {
      expected: `at most ${maxProcesses}`,
      got: String(numprocs),
    });
  }
  if (stopasgroup && !killasgroup) {
    reader.problem('killasgroup', 'Cannot set stopasgroup=true and killasgroup=false');
  }
  return {
    group,
    section: reader.section,
    priority,
    autostart,
    autorestart,
    startsecs,
    startretries,
    stopsignal,
    stopwaitsecs,
    stopasgroup,
    killasgroup,
    exitcodes,
    redirect_stderr,
    numprocs: numprocs > maxProcesses ? 1 : numprocs,
    numprocs_start,
    outputs: { stdout, stderr },
    ...readRestarts(reader.reading, reader.section, scope),
    ...careOf(readCare(reader.reading, reader.section, scope)),
    ...readRolls(reader.reading, reader.section, scope),
    ...readTags(reader.reading, reader.section, scope),
    ...readSchedule(reader.reading, reader.section, scope, { autorestart, startsecs }),
    serverurl: strip(serverurl).toUpperCase() === 'AUTO' ? undefined : serverurl,
    user: user?.name,
    uid: user?.uid,
    umask,
    processName: name,
  };
}

function careOf(care: ProcessConfig['care']): Pick<ProcessConfig, 'care'> {
  return care === undefined ? {} : { care };
}

function readProcess(
  reader: ProgramReader,
  shared: Shared,
  names: Map<string, FormatValue>,
  warnings: string[],
): Omit<ProcessConfig, 'bind' | 'ports' | 'listen' | 'ready' | 'live' | 'hooks' | 'reload' | 'uncounted'> {
  const scope: Scope = () => names;
  const environmentText = reader.expand('environment', reader.raw('environment'), scope, 'environment');
  const environment = environmentText === undefined ? undefined : reader.parsed('environment', environmentText);
  if (environment === undefined) reader.reading.environmentIsPartial = true;
  for (const [key, value] of Object.entries(environment ?? {})) names.set(`ENV_${key}`, value);

  const directory = reader.read('directory', scope);
  const stdout = readStream(reader, shared, 'stdout', scope, warnings);
  const stderr = readStream(reader, shared, 'stderr', scope, warnings);
  // A log file that the redirection makes useless: Supervisor keeps none, and says so if a path is written.
  const ignored = shared.redirect_stderr && (stderr.logfile.type === 'file' || isEmpty(stderr.logfile));
  if (ignored) {
    warnings.push(
      `For [${shared.section}], redirect_stderr=true but stderr_logfile has also been set to a filename, ` +
        'the filename has been ignored',
    );
  }
  if (!reader.isWritten('command')) {
    reader.problem(undefined, `program section ${shared.section} does not specify a command`);
  }
  const command = reader.read('command', scope) ?? '';
  const name = reader.expand('process_name', shared.processName, scope, 'process_name') ?? shared.processName;
  const { numprocs, numprocs_start, outputs, processName: _, ...common } = shared;
  return {
    ...common,
    name,
    command,
    directory,
    stdout,
    stderr: shared.redirect_stderr ? { ...stderr, logfile: { type: 'none' } } : stderr,
    environment: environment ?? {},
    envFiles: readEnvFiles(reader.reading, shared.section, scope),
    ownVariables: Object.keys(environment ?? {}),
  };
}

function isEmpty(logfile: LogTarget): boolean {
  return logfile.type === 'none' && logfile.empty === true;
}

function readStream(
  reader: ProgramReader,
  shared: Shared,
  stream: Stream,
  scope: Scope,
  warnings: string[],
): StreamConfig {
  const key = `${stream}_logfile` as const;
  // Expanded twice, as in Supervisor: there `a%%b` is an error and `a%%%%b` the file a%b.
  const once = reader.expanded(key, scope);
  const twice = once === undefined ? undefined : reader.expand(key, once, scope, key);
  const value = (twice === undefined ? undefined : reader.parsed(key, twice)) ?? { type: 'auto' };
  const logfile_backups = reader.read(`${stream}_logfile_backups`, scope);
  const logfile_maxbytes = reader.read(`${stream}_logfile_maxbytes`, scope);
  const syslog = reader.read(`${stream}_syslog`, scope);
  const log_format = reader.read(`${stream}_log_format`, scope);
  if (value.type === 'syslog') {
    warnings.push(
      `For [${shared.section}], ${key}=syslog but this is deprecated and will be removed.  ` +
        `Use ${stream}_syslog=true to enable syslog instead.`,
    );
  }
  if (value.type === 'auto' && logfile_maxbytes === 0) {
    warnings.push(
      `For [${shared.section}], AUTO logging used for ${key} without rollover, ` +
        'set maxbytes > 0 to avoid filling up filesystem unintentionally',
    );
  }
  return {
    ...shared.outputs[stream],
    logfile: targetOf(value),
    logfile_backups,
    logfile_maxbytes,
    syslog: syslog || value.type === 'syslog',
    ...(log_format === 'raw' ? {} : { log_format }),
  };
}

function targetOf(value: SettingOf<typeof programOptions.stdout_logfile>): LogTarget {
  if (value.type === 'syslog') return { type: 'none' };
  return value.type === 'file' && value.path === '' ? { type: 'none', empty: true } : value;
}
