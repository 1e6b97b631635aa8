import { hasFlag, signals } from './program.ts';
import type { ProgramRule } from './rule.ts';

export const databaseRules: readonly ProgramRule[] = [
  {
    id: 'postgres-term',
    title: 'PostgreSQL that waits for its clients',
    why: 'TERM is the smart shutdown: the server waits until the last client has gone, and is killed after stopwaitsecs, with a recovery at the next start.',
    source: 'https://www.postgresql.org/docs/current/server-shutdown.html',
    look({ name, args, process }) {
      if (!/^(?:postgres|postmaster)$/.test(name) || process.stopsignal !== signals.TERM) return;
      if (hasFlag(args, '--single', '--version', '-V', '-C')) return;
      return {
        key: 'stopsignal',
        what: 'TERM makes PostgreSQL wait for its clients, until it is killed',
        fix: 'stopsignal=INT',
      };
    },
  },
  {
    id: 'mysqld-safe',
    title: 'mysqld_safe',
    why: 'This script takes no notice of signals: a stop ends with KILL for the script, and mysqld goes on.',
    source: 'https://supervisord.org/subprocess.html#pidproxy-program',
    look({ name, process }) {
      if (!/^(?:mysqld_safe|mariadbd-safe)$/.test(name) || process.stopasgroup) return;
      return {
        key: 'command',
        what: 'mysqld_safe takes no notice of signals',
        fix: 'run mysqld itself, or tspidproxy PIDFILE mysqld_safe',
      };
    },
  },
];
