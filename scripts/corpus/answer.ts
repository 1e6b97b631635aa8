/** Our reading of a configuration, in the shape of the corpus's answers. */

import { type CtlConfigResult, loadCtlConfig } from '../../src/config/ctl-config.ts';
import { pythonInteger } from '../../src/config/python-text.ts';
import { nameOfSignal } from '../../src/config/signals.ts';
import { splitCommand } from '../../src/daemon/config/command-line.ts';
import type { ConfigHost } from '../../src/daemon/config/host.ts';
import { loadConfig } from '../../src/daemon/config/load.ts';
import type {
  DaemonConfig,
  GroupConfig,
  HttpServerConfig,
  LoadedConfig,
  LogTarget,
  Problem,
  ProcessConfig,
  StreamConfig,
} from '../../src/daemon/config/model.ts';
import { supervisorText } from '../../src/daemon/config/problems.ts';
import { childServerUrl } from '../../src/daemon/config/servers.ts';
import { namespec } from '../../src/rpc/names.ts';
import { type Accounts, fakeHost, stage } from './fake-host.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export interface Question {
  /** The files by their paths below the working directory; `supervisord.conf` is the main one. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly environment: Readonly<Record<string, string>>;
}

export type Answer =
  | { readonly type: 'config'; readonly json: { readonly [key: string]: Json } }
  | {
      readonly type: 'refused';
      readonly text: string;
      readonly problem: Problem;
      readonly problems: readonly Problem[];
    };

/** The files of a corpus entry: it is the main file, or it was included by one that says nothing else. */
export function filesOf(mode: 'main' | 'included', bytes: Uint8Array): Question['files'] {
  if (mode === 'main') return { 'supervisord.conf': bytes };
  const main = '[supervisord]\n[include]\nfiles = conf.d/*.conf\n';
  return { 'supervisord.conf': new TextEncoder().encode(main), 'conf.d/app.conf': bytes };
}

/** The answer for a made-up machine; `directory` is the working directory, called `/corpus` in the answer. */
export function answer(question: Question, accounts: Accounts, directory: string = stage): Answer {
  const { environment } = question;
  const files = Object.entries(question.files).map(([path, bytes]) => [`${directory}/${path}`, bytes] as const);
  const host = fakeHost(new Map(files), environment, accounts, directory);
  const file = `${directory}/supervisord.conf`;
  const answered = answerOf(file, environment, host, accounts);
  if (answered.type === 'refused') return { ...answered, text: answered.text.replaceAll(directory, '/corpus') };
  const supervisorctl = ctlJson(loadCtlConfig({ file, argv0: '/usr/bin/supervisorctl', environment }, host));
  const json = JSON.stringify({ ...answered.json, supervisorctl });
  return { type: 'config', json: JSON.parse(json.replaceAll(directory, '/corpus')) };
}

/** The daemon's part alone, of any host. */
function answerOf(
  file: string,
  environment: Readonly<Record<string, string>>,
  host: ConfigHost,
  accounts: Pick<Accounts, 'nameOf'>,
): Answer {
  const result = loadConfig({ file, environment }, host);
  if (result.ok) return { type: 'config', json: configJson(result.config, accounts) };
  const [problem] = result.problems;
  if (problem === undefined) throw new Error('A configuration was refused without a problem');
  return { type: 'refused', text: supervisorText(problem), problem, problems: result.problems };
}

function configJson(config: LoadedConfig, accounts: Pick<Accounts, 'nameOf'>): { readonly [key: string]: Json } {
  return {
    supervisord: daemonJson(config.supervisord),
    groups: config.groups.map((group) => groupJson(group, accounts)),
    http_servers: config.httpServers.map((server) => serverJson(server, accounts)),
    rpcinterfaces: config.rpcinterfaces.map(({ name, factory, settings }) => ({ name, factory, settings })),
    child_serverurl: childServerUrl(config.httpServers) ?? null,
    messages: { ...config.messages },
  };
}

function octalText(number: number): string {
  // As C's %03o: the sign counts.
  return number < 0 ? `-${(-number).toString(8).padStart(2, '0')}` : number.toString(8).padStart(3, '0');
}

function userJson(user: string | undefined): Json {
  return user === undefined ? null : (pythonInteger(user) ?? user);
}

function daemonJson({ uid: _, port_range: __, watch_config: ___, ...daemon }: DaemonConfig): Json {
  const { directory, umask, user } = daemon;
  return { ...daemon, directory: directory ?? null, umask: octalText(umask), user: userJson(user) };
}

function groupJson(group: GroupConfig, accounts: Pick<Accounts, 'nameOf'>): Json {
  const { name, priority, type } = group;
  const base = { name, priority, type, processes: group.processes.map(processJson) };
  if (group.type === 'eventlistener') {
    return {
      ...base,
      events: [...group.events].sort(),
      buffer_size: group.buffer_size,
      result_handler: group.result_handler,
    };
  }
  if (group.type === 'group') return base;
  const { url, backlog, mode, owner } = group.socket;
  const names = owner?.map((id) => (id === -1 ? -1 : accounts.nameOf(id)));
  const octal = mode === undefined ? null : octalText(mode);
  return { ...base, socket: { url, backlog: backlog ?? null, mode: octal, owner: names ?? null } };
}

function processJson(process: ProcessConfig): Json {
  const { group, section: _, uid: __, socket: ___, socketTrouble: ____, ...own } = process;
  const { bind: _b, ports: _p, listen: _s, watch: _watch, ...plainer } = own;
  const { restart: _r, rlimits: _l, nice: _n, envFiles: _f, ownVariables: _v, ...unprobed } = plainer;
  const {
    ready: _y,
    live: _i,
    rollBatch: _o,
    rollSurge: _g2,
    care: _c,
    schedule: _sc,
    tags: _tg,
    ...unordered
  } = unprobed;
  const { dependsOn: _d, hooks: _h, uncounted: _u, reload: _e, ...theirs } = unordered;
  const { stdout, stderr, umask, stopsignal, directory, serverurl, ...plain } = theirs;
  const split = splitCommand(process.command);
  return {
    ...plain,
    directory: directory ?? null,
    serverurl: serverurl ?? null,
    user: userJson(process.user),
    umask: umask === undefined ? null : octalText(umask),
    stopsignal: nameOfSignal(stopsignal) ?? stopsignal,
    ...streamJson('stdout', stdout),
    ...streamJson('stderr', stderr),
    argv: split.type === 'argv' ? split.argv : { error: split.why },
    namespec: namespec(group, process.name),
  };
}

function streamJson(name: string, stream: StreamConfig): { readonly [key: string]: Json } {
  const { logfile, log_format: _, ...others } = stream;
  const entries = Object.entries({ ...others, logfile: targetJson(logfile) });
  return Object.fromEntries(entries.map(([key, value]) => [`${name}_${key}`, value]));
}

function targetJson(target: LogTarget): Json {
  if (target.type === 'auto') return 'AUTO';
  if (target.type === 'none') return target.empty === true ? '' : null;
  return target.path;
}

function serverJson(server: HttpServerConfig, accounts: Pick<Accounts, 'nameOf'>): Json {
  const { section } = server;
  const base = {
    section,
    name: server.name ?? null,
    username: server.username ?? null,
    password: server.password ?? null,
  };
  if (server.family === 'inet') return { ...base, family: 'inet', host: server.host, port: server.port };
  const chown = server.chown.map((id) => (id === -1 ? -1 : accounts.nameOf(id)));
  return { ...base, family: 'unix', file: server.file, chmod: octalText(server.chmod), chown };
}

function ctlJson(result: CtlConfigResult): Json {
  if (!result.ok) return { error: result.message };
  const { serverurl, username, password, prompt, history_file } = result.config;
  return {
    serverurl,
    username: username ?? null,
    password: password ?? null,
    prompt,
    history_file: history_file ?? null,
    plugins: result.plugins.map((plugin) => ({ ...plugin })),
  };
}
