/**
 * The sample configuration, made from the tables of settings: what someone starting from nothing needs is switched
 * on, everything else stands behind a `;` with its default and what it does.
 */
import type { OptionTable } from '../../config/option.ts';
import { kindOf } from './sections.ts';

interface SampleSection {
  readonly name: string;
  /** Whether the header itself is switched on. */
  readonly on: boolean;
  /** Values that are switched on. */
  readonly values?: Readonly<Record<string, string>>;
  /** What stands behind the `;` for settings without a default. */
  readonly examples?: Readonly<Record<string, string>>;
}

const login = { username: 'user', password: '123' };
const process = {
  command: '/bin/cat',
  killasgroup: 'false',
  user: 'nobody',
  directory: '/tmp',
  umask: '022',
  environment: 'A="1",B="2"',
  port: 'auto',
  listen: 'unix:///tmp/%(program_name)s-web.sock',
  listen_names: 'web',
  listen_mode: '0700',
  listen_owner: 'nobody:nogroup',
  memory_limit: '512MB',
  max_age: '24h~10%',
  schedule: '0 3 * * *',
  schedule_tz: 'Europe/Berlin',
  tags: 'web, paris',
  ready: 'tcp',
  live: 'tcp',
  restart_limit: '5/60s',
  exit_daemon: 'fatal',
  rlimit_nofile: '1024:4096',
  rlimit_core: '0',
  rlimit_as: 'unlimited',
  nice: '5',
  reload: 'signal HUP',
  env_file: '-/etc/default/theprogramname',
  watch: '*.py, conf/app.yaml',
};

const sections: readonly SampleSection[] = [
  {
    name: 'unix_http_server',
    on: true,
    values: { file: '/tmp/supervisor.sock' },
    examples: { chown: 'nobody:nogroup', ...login },
  },
  { name: 'inet_http_server', on: false, examples: { port: '127.0.0.1:9001', ...login } },
  {
    name: 'supervisord',
    on: true,
    values: {
      logfile: '/tmp/supervisord.log',
      logfile_maxbytes: '50MB',
      logfile_backups: '10',
      loglevel: 'info',
      pidfile: '/tmp/supervisord.pid',
      nodaemon: 'false',
      silent: 'false',
      minfds: '1024',
      minprocs: '200',
    },
    examples: { directory: '/tmp', childlogdir: '/tmp', user: 'nobody', environment: 'KEY="value"' },
  },
  {
    name: 'rpcinterface:supervisor',
    on: true,
    values: { 'supervisor.rpcinterface_factory': 'supervisor.rpcinterface:make_main_rpcinterface' },
  },
  {
    name: 'supervisorctl',
    on: true,
    values: { serverurl: 'unix:///tmp/supervisor.sock' },
    examples: { ...login, history_file: '~/.sc_history' },
  },
  { name: 'program:theprogramname', on: false, examples: process },
  {
    name: 'eventlistener:theeventlistenername',
    on: false,
    examples: { ...process, command: '/bin/eventlistener', events: 'EVENT', priority: '-1' },
  },
  {
    name: 'fcgi-program:thefcgiprogramname',
    on: false,
    examples: {
      ...process,
      command: '/usr/bin/example.fcgi',
      socket: 'unix:///tmp/%(program_name)s.sock',
      socket_backlog: '128',
      socket_owner: 'nobody:nogroup',
      socket_mode: '0700',
    },
  },
  { name: 'group:thegroupname', on: false, examples: { programs: 'progname1,progname2' } },
  { name: 'include', on: false, examples: { files: 'relative/directory/*.ini' } },
];

const head = `; Sample supervisor config file.
;
; What follows a ";" is a comment: a whole line of it, or the rest of a line behind a blank. A value may go on in the
; next lines if they are indented. Quotes belong to the value, except in environment, and %(ENV_X)s stands for the
; variable X of the environment that the daemon was started with. There is no shell: "~" and "$HOME" mean nothing in
; a command.
`;

/** The text that `tsecho_supervisord_conf` prints. */
export function sampleConfig(): string {
  return `${[head, ...sections.map(sectionText)].join('\n')}`;
}

function sectionText({ name, on, values = {}, examples = {} }: SampleSection): string {
  const kind = kindOf(name);
  if (kind === undefined) throw new Error(`No section "${name}" is declared`);
  const lines = Object.entries(kind.options as OptionTable).map(([key, option]) => {
    const value = values[key] ?? examples[key] ?? option.initial ?? '';
    const setting = `${values[key] === undefined ? ';' : ''}${key}=${value}`;
    return `${setting.padEnd(36)} ; ${option.doc}`;
  });
  return `; ${kind.doc}\n${on ? '' : ';'}[${name}]\n${lines.join('\n')}\n`;
}
