/**
 * `[upstream:x]`: read after the programs, because its servers are their processes. What is wrong with one is known
 * here and not when nginx or haproxy complain: programs that do not exist, or that listen nowhere; keys of the other
 * driver; two that would write one file.
 */
import { isIP } from 'node:net';
import { closest } from '../../config/closest.ts';
import { absolutePath } from '../../config/paths.ts';
import { namespec } from '../../rpc/names.ts';
import { serverAddress } from '../upstreams/server-address.ts';
import { splitCommand } from './command-line.ts';
import type { GroupConfig, Problem, ProcessConfig, UpstreamConfig, UpstreamDriver } from './model.ts';
import { type Reading, type Scope, SectionReader } from './reading.ts';
import { upstreamOptions } from './upstream-options.ts';

type Reader = SectionReader<typeof upstreamOptions>;
type Key = keyof typeof upstreamOptions;

const prefix = 'upstream:';
const commandPrefix = /^command:\s*/;
const keysOf: Readonly<Record<UpstreamDriver['type'], readonly Key[]>> = {
  nginx: ['file', 'test', 'reload'],
  haproxy: ['socket', 'backend'],
};

/** In the order of their sections. What cannot be read is reported. */
export function readUpstreams(reading: Reading, groups: readonly GroupConfig[]): UpstreamConfig[] {
  const processes = groups.flatMap((group) => group.processes);
  const files = new Map<string, string>();
  return reading.ini
    .sections()
    .filter((section) => section.startsWith(prefix))
    .flatMap((section) => {
      const reader: Reader = new SectionReader(reading, upstreamOptions, section);
      const upstream = readUpstream(reader, processes);
      if (upstream?.driver.type !== 'nginx') return upstream ?? [];
      const { file } = upstream.driver;
      const other = files.get(file);
      if (other !== undefined) {
        reader.problem('file', `Cannot write [${section}] into the file of [${other}]`, {
          expected: 'a file of its own for each upstream',
          got: file,
        });
      }
      files.set(file, section);
      return upstream;
    });
}

/** Gives each process of an upstream the time that its connections have to end; the longest where it is in several. */
export function withDrains(groups: readonly GroupConfig[], upstreams: readonly UpstreamConfig[]): GroupConfig[] {
  return groups.map((group) => ({
    ...group,
    processes: group.processes.map((process) => {
      const drains = upstreams.filter((upstream) => isServerOf(process, upstream)).map(({ drainMs }) => drainMs);
      return drains.length === 0 ? process : { ...process, upstreamDrainMs: Math.max(...drains) };
    }),
  }));
}

/** Whether the process comes from one of the upstream's programs. */
export function isServerOf({ section }: ProcessConfig, { programs }: UpstreamConfig): boolean {
  return programs.some((program) => isOfProgram(section, program));
}

/** Whether the section is that of the program, or of the FastCGI program, of this name. */
export function isOfProgram(section: string, program: string): boolean {
  return section === `program:${program}` || section === `fcgi-program:${program}`;
}

function readUpstream(reader: Reader, processes: readonly ProcessConfig[]): UpstreamConfig | undefined {
  const scope = reader.reading.scope({ here: reader.reading.here });
  const name = reader.section.slice(prefix.length);
  // Also of keys that mean nothing with this driver: a name that does not expand is a mistake anywhere.
  for (const key of Object.keys(upstreamOptions) as Key[]) reader.expanded(key, scope);
  if (!/^[A-Za-z0-9_.-]+$/.test(name)) {
    reader.problem(undefined, `Cannot call an upstream ${JSON.stringify(name)}`, {
      expected: 'letters, digits, ".", "_" and "-"',
      got: name,
    });
  }
  for (const key of ['programs', 'driver'] as const) {
    if (!reader.isWritten(key)) missing(reader, key, key === 'driver' ? 'nginx or haproxy' : 'programs = web');
  }
  const programs = (reader.read('programs', scope) ?? []).filter((program) => program !== '');
  const kind = reader.read('driver', scope);
  const options = reader.read('options', scope);
  const drainMs = reader.read('drain', scope);
  if (/[;{}\p{Cc}]/u.test(options)) {
    reader.problem('options', `Cannot put ${JSON.stringify(options)} behind a server`, {
      expected: 'one line without ";", "{" and "}"',
      got: options,
    });
  }
  const servers = processes.filter(({ section }) => programs.some((program) => isOfProgram(section, program)));
  for (const program of new Set(programs)) checkProgram(reader, 'programs', program, processes);
  for (const program of new Set(programs)) checkAddresses(reader, program, servers);
  if (kind === undefined) return undefined;
  refuseOthers(reader, kind);
  const driver = kind === 'nginx' ? readNginx(reader, scope, processes) : readHaproxy(reader, scope, name, servers);
  return driver && { name, programs, options: options.trim(), drainMs, driver };
}

function readNginx(reader: Reader, scope: Scope, processes: readonly ProcessConfig[]): UpstreamDriver | undefined {
  for (const [key, example] of [
    ['file', 'file = /etc/nginx/conf.d/web.upstream.conf'],
    ['reload', 'the program that is nginx, or "command: nginx -s reload"'],
  ] as const) {
    if (!reader.isWritten(key)) missing(reader, key, example);
  }
  const file = reader.read('file', scope);
  const test = commandOf(reader, 'test', reader.read('test', scope));
  const written = reader.read('reload', scope);
  if (file === undefined || written === undefined) return undefined;
  const path = absolutePath(file, reader.reading.here);
  if (commandPrefix.test(written)) {
    const argv = commandOf(reader, 'reload', written.replace(commandPrefix, '')) ?? [];
    return { type: 'nginx', file: path, test, reload: { type: 'command', argv } };
  }
  const program = written.trim();
  checkProgram(reader, 'reload', program, processes);
  return { type: 'nginx', file: path, test, reload: { type: 'program', program } };
}

function readHaproxy(
  reader: Reader,
  scope: Scope,
  name: string,
  servers: readonly ProcessConfig[],
): UpstreamDriver | undefined {
  if (!reader.isWritten('socket')) missing(reader, 'socket', 'socket = /run/haproxy.sock');
  const socket = reader.read('socket', scope);
  const backend = reader.read('backend', scope)?.trim() ?? name;
  if (!/^[\w.:-]+$/.test(backend)) {
    const got = { expected: 'letters, digits, ".", ":", "_" and "-"', got: backend };
    reader.problem('backend', `Cannot find a backend ${JSON.stringify(backend)} in haproxy`, got);
  }
  for (const process of servers) {
    const spec = namespec(process.group, process.name);
    if (!/^[\w.:-]+$/.test(spec)) {
      const expected = 'a process_name of letters, digits, ".", ":", "_" and "-"';
      reader.problem('programs', `Cannot call a server of haproxy ${JSON.stringify(spec)}`, { expected, got: spec });
    }
    const address = serverAddress(process);
    if (address?.family === 'inet' && address.host !== 'localhost' && isIP(address.host) === 0) {
      reader.problem('programs', `Cannot tell haproxy of ${spec} at ${address.host}: it takes addresses, not names`, {
        expected: 'an IP address as bind or in listen',
        got: address.host,
      });
    }
  }
  return socket === undefined
    ? undefined
    : { type: 'haproxy', socket: absolutePath(socket, reader.reading.here), backend };
}

function commandOf(reader: Reader, key: Key, text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const line = splitCommand(text);
  if (line.type === 'argv' && line.argv.length > 0) return line.argv;
  const why = line.type === 'error' ? line.why : 'it is empty';
  reader.problem(key, `Cannot run ${JSON.stringify(text)}: ${why}`, { expected: 'a command', got: text });
  return undefined;
}

function checkProgram(
  reader: Reader,
  key: 'programs' | 'reload',
  program: string,
  processes: readonly ProcessConfig[],
): void {
  if (processes.some(({ section }) => isOfProgram(section, program))) return;
  const { ini } = reader.reading;
  // One that cannot be read has its own problem.
  if (ini.has(`program:${program}`) || ini.has(`fcgi-program:${program}`)) return;
  const known = ini.sections().filter((section) => /^(fcgi-)?program:/.test(section));
  const hint = closest(
    program,
    known.map((section) => section.slice(section.indexOf(':') + 1)),
  );
  const expected = key === 'reload' ? 'a program of these files, or "command: ..."' : 'names of programs';
  const details: Partial<Problem> = { expected, got: program, ...(hint !== undefined && { hint }) };
  reader.problem(key, `Cannot find program ${JSON.stringify(program)} for [${reader.section}]`, details);
}

function checkAddresses(reader: Reader, program: string, servers: readonly ProcessConfig[]): void {
  const lost = servers.find((one) => isOfProgram(one.section, program) && serverAddress(one) === undefined);
  if (lost === undefined) return;
  reader.problem('programs', `Cannot send requests to program ${JSON.stringify(program)}: it has no address`, {
    expected: `port = ..., or listen = ..., in [${lost.section}]`,
    got: program,
  });
}

function refuseOthers(reader: Reader, kind: UpstreamDriver['type']): void {
  const other = kind === 'nginx' ? 'haproxy' : 'nginx';
  for (const key of keysOf[other]) {
    if (!reader.isWritten(key)) continue;
    const expected = `${keysOf[kind].join(', ')} with driver=${kind}`;
    reader.problem(key, `Cannot use ${key} with driver=${kind}: it is for ${other}`, {
      expected,
      got: reader.raw(key),
    });
  }
}

function missing(reader: Reader, key: Key, expected: string): void {
  reader.problem(undefined, `section [${reader.section}] has no ${key} value`, { expected });
}
