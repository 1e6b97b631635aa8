/**
 * Programs that go to the background: either always, unless they are told to stay, or because they are told to go.
 * One table; each line is a rule of its own.
 */
import { hasFlag, hasLetter, isOfSystem, optionOf, type Program } from './program.ts';
import type { ProgramRule } from './rule.ts';

interface Line {
  readonly id: string;
  /** How people call it. */
  readonly of: string;
  readonly names: RegExp;
  goes(args: readonly string[], program: Program): boolean;
  readonly fix: string;
  readonly source: string;
}

const first = (args: readonly string[], ...words: readonly string[]): boolean => words.includes(args[0] ?? '');

/** `key value` in a file of such lines; the last counts. Undefined if there is no such line, or no such file. */
function lineOf(program: Program, file: string | undefined, key: string): string | undefined {
  const text = file === undefined ? '' : (program.read(file) ?? '');
  return [...text.matchAll(new RegExp(`^\\s*${key}\\b[ \\t]*=?[ \\t]*(\\S*)`, 'gm'))].at(-1)?.[1];
}

const manual = (name: string, packaged: string): string =>
  `https://manpages.debian.org/bookworm/${packaged}/${name}.en.html`;

const lines: readonly Line[] = [
  {
    id: 'sshd-foreground',
    of: 'sshd',
    names: /^sshd$/,
    goes: (args) => !hasLetter(args, 'DditTG'),
    fix: 'sshd -D',
    source: manual('sshd.8', 'openssh-server'),
  },
  {
    id: 'cron-foreground',
    of: 'cron',
    names: /^cron$/,
    goes: (args) => !hasLetter(args, 'f'),
    fix: 'cron -f',
    source: manual('cron.8', 'cron'),
  },
  {
    id: 'crond-foreground',
    of: 'crond',
    names: /^crond$/,
    goes: (args) => !hasLetter(args, 'fndxVh'),
    fix: 'crond -n (cronie), crond -f (BusyBox)',
    source: 'https://man7.org/linux/man-pages/man8/cron.8.html',
  },
  {
    id: 'rsyslogd-foreground',
    of: 'rsyslogd',
    names: /^rsyslogd$/,
    goes: (args) => !hasLetter(args, 'nNvd'),
    fix: 'rsyslogd -n',
    source: manual('rsyslogd.8', 'rsyslog'),
  },
  {
    id: 'syslog-ng-foreground',
    of: 'syslog-ng',
    names: /^syslog-ng$/,
    goes: (args) => !hasLetter(args, 'FsVi') && !hasFlag(args, '--foreground', '--syntax-only', '--interactive'),
    fix: 'syslog-ng -F',
    source: manual('syslog-ng.8', 'syslog-ng-core'),
  },
  {
    id: 'dovecot-foreground',
    of: 'dovecot',
    names: /^dovecot$/,
    goes: (args) => !hasLetter(args, 'Fnap') && !args.some((word) => /^(?:stop|reload)$|^--/.test(word)),
    fix: 'dovecot -F',
    source: manual('dovecot.1', 'dovecot-core'),
  },
  {
    id: 'samba-foreground',
    of: 'Samba',
    names: /^(?:smbd|nmbd|winbindd)$/,
    goes: (args) => !hasLetter(args, 'FiVb') && !hasFlag(args, '--foreground', '--interactive'),
    fix: 'add --foreground --no-process-group',
    source: manual('smbd.8', 'samba'),
  },
  {
    id: 'sssd-daemon',
    of: 'sssd',
    names: /^sssd$/,
    goes: (args) => hasFlag(args, '-D', '--daemon'),
    fix: 'sssd -i',
    source: manual('sssd.8', 'sssd-common'),
  },
  {
    id: 'memcached-daemon',
    of: 'memcached',
    names: /^memcached$/,
    goes: (args) => hasFlag(args, '-d', '--daemon'),
    fix: 'take -d out',
    source: manual('memcached.1', 'memcached'),
  },
  {
    id: 'mongod-fork',
    of: 'mongod',
    names: /^mongo[ds]$/,
    goes: (args) => hasFlag(args, '--fork'),
    fix: 'take --fork out',
    source: 'https://www.mongodb.com/docs/manual/reference/program/mongod/#std-option-mongod.--fork',
  },
  {
    id: 'redis-daemonize',
    of: 'Redis',
    names: /^(?:redis|valkey)-(?:server|sentinel)$/,
    goes(args, program) {
      const file = args[0]?.startsWith('-') === false ? args[0] : undefined;
      return (optionOf(args, '--daemonize') ?? lineOf(program, file, 'daemonize'))?.toLowerCase() === 'yes';
    },
    fix: 'daemonize no',
    source: 'https://redis.io/docs/latest/operate/oss_and_stack/management/config-file/',
  },
  {
    id: 'haproxy-daemon',
    of: 'HAProxy',
    names: /^haproxy$/,
    goes(args, program) {
      if (hasFlag(args, '-db', '-d', '-Ws', '-c', '-v', '-vv')) return false;
      return hasFlag(args, '-D') || /^\s*daemon\s*(?:#.*)?$/m.test(program.read(optionOf(args, '-f') ?? '') ?? '');
    },
    fix: 'haproxy -W -db -f …, without `daemon` in its file',
    source: 'https://docs.haproxy.org/2.6/management.html#3',
  },
  {
    id: 'lighttpd-foreground',
    of: 'lighttpd',
    names: /^lighttpd$/,
    goes: (args) => !hasLetter(args, 'DtpvVh1'),
    fix: 'add -D',
    source: manual('lighttpd.8', 'lighttpd'),
  },
  {
    id: 'varnishd-foreground',
    of: 'varnishd',
    names: /^varnishd$/,
    goes: (args) => !hasLetter(args, 'FdCVx'),
    fix: 'add -F',
    source: 'https://varnish-cache.org/docs/7.1/reference/varnishd.html#basic-options',
  },
  {
    id: 'postfix-foreground',
    of: 'Postfix',
    names: /^postfix$/,
    goes: (args) => hasFlag(args, 'start'),
    fix: 'postfix start-fg',
    source: 'https://www.postfix.org/postfix.1.html',
  },
  {
    id: 'pg-ctl',
    of: 'pg_ctl',
    names: /^(?:pg_ctl|pg_ctlcluster)$/,
    goes: (args) => hasFlag(args, 'start', 'restart') && !hasFlag(args, '--foreground'),
    fix: 'postgres -D …, which stays',
    source: 'https://www.postgresql.org/docs/current/app-pg-ctl.html',
  },
  {
    id: 'named-foreground',
    of: 'named',
    names: /^named$/,
    goes: (args) => !hasLetter(args, 'fgvVC'),
    fix: 'add -f',
    source: 'https://bind9.readthedocs.io/en/v9.18.0/manpages.html#named-internet-domain-name-server',
  },
  {
    id: 'dnsmasq-foreground',
    of: 'dnsmasq',
    names: /^dnsmasq$/,
    goes(args, program) {
      if (hasLetter(args, 'kdvw') || hasFlag(args, '--keep-in-foreground', '--no-daemon', '--test', '--help'))
        return false;
      const named = optionOf(args, '--conf-file', '-C');
      const text = program.read(named ?? '/etc/dnsmasq.conf');
      return text === undefined ? named === undefined : !/^\s*keep-in-foreground/m.test(text);
    },
    fix: 'add --keep-in-foreground',
    source: manual('dnsmasq.8', 'dnsmasq-base'),
  },
  {
    id: 'squid-foreground',
    of: 'Squid',
    names: /^squid[34]?$/,
    goes: (args) => !hasLetter(args, 'NzkvhC') && !hasFlag(args, '--foreground'),
    fix: 'squid --foreground',
    source: manual('squid.8', 'squid'),
  },
  {
    id: 'openvpn-daemon',
    of: 'OpenVPN',
    names: /^openvpn$/,
    goes: (args) => hasFlag(args, '--daemon'),
    fix: 'take --daemon out',
    source: manual('openvpn.8', 'openvpn'),
  },
  {
    id: 'mysqld-daemonize',
    of: 'mysqld',
    names: /^mysqld$/,
    goes: (args) => hasFlag(args, '--daemonize', '-D'),
    fix: 'take --daemonize out',
    source: 'https://dev.mysql.com/doc/refman/8.0/en/server-options.html#option_mysqld_daemonize',
  },
  {
    id: 'twistd-foreground',
    of: 'twistd',
    names: /^twistd3?$/,
    goes: (args) => !hasLetter(args, 'n') && !hasFlag(args, '--nodaemon', '--help', '--version'),
    fix: 'twistd --nodaemon …',
    source: 'https://docs.twisted.org/en/stable/core/howto/basics.html#twistd',
  },
  {
    id: 'celery-detach',
    of: 'Celery',
    names: /^celery$/,
    goes: (args) => first(args, 'multi') || hasFlag(args, '--detach'),
    fix: 'celery -A … worker, one program for each worker',
    source: 'https://docs.celeryq.dev/en/stable/userguide/daemonizing.html',
  },
  {
    id: 'pm2-daemon',
    of: 'PM2',
    names: /^pm2$/,
    goes: (args) => first(args, 'start', 'restart', 'reload', 'resurrect') && !hasFlag(args, '--no-daemon'),
    fix: 'pm2-runtime start …, or run node itself',
    source: 'https://pm2.keymetrics.io/docs/usage/docker-pm2-nodejs/',
  },
  {
    id: 'docker-detach',
    of: 'A container',
    names: /^(?:docker|podman)$/,
    goes(args) {
      if (first(args, 'start')) return !hasFlag(args, '-a', '-ai', '--attach');
      // Behind the first word that is no option may stand the image, with options of its own.
      const end = args.findIndex((word, at) => at > 0 && !word.startsWith('-'));
      return first(args, 'run') && hasFlag(args.slice(0, end), '-d', '--detach', '-dit', '-itd');
    },
    fix: 'docker run --rm without -d',
    source: 'https://docs.docker.com/reference/cli/docker/container/run/#detach',
  },
  {
    id: 'service-command',
    of: 'A service',
    names: /^(?:service|systemctl|invoke-rc\.d|rc-service)$/,
    goes: (args, program) => isOfSystem(program.argv[0] ?? '') && args.some((word) => /^(?:re)?start$/.test(word)),
    fix: 'run the program itself, in the foreground',
    source: 'https://supervisord.org/subprocess.html#nondaemonizing-of-subprocesses',
  },
];

export const backgroundRules: readonly ProgramRule[] = lines.map(({ id, of, names, goes, fix, source }) => ({
  id,
  title: `${of} in the background`,
  why: 'What goes to the background looks ended: it is started again or given up, and never stopped.',
  source,
  look: (program) =>
    names.test(program.name) && goes(program.args, program)
      ? {
          key: 'command',
          what: `${of} goes to the background with this command`,
          fix,
        }
      : undefined,
}));
