/** Who may do what: sockets, passwords, accounts. */
import type { FileRule, FoundAt, ProgramRule } from './rule.ts';

const othersMayWrite = 0o002;
const loopback = /^(?:127\.\d+\.\d+\.\d+|localhost)$/;
const secret =
  /%\((?:ENV_)((?:\w*_)?(?:PASS|PW|SECRET|TOKEN|APIKEY|CREDENTIALS?)|\w*PASS(?:WORD|WD)|\w*(?:API|PRIVATE|SECRET|ACCESS)_?KEY)\)s/;

export const accessRules: readonly (ProgramRule | FileRule)[] = [
  {
    id: 'socket-open',
    title: 'A control socket for everybody',
    why: 'Whoever may write to the socket may run programs as the user of the daemon.',
    source: 'https://supervisord.org/configuration.html#unix-http-server-section-values',
    survey: ({ config }) =>
      config.httpServers.flatMap((server): FoundAt[] =>
        server.family !== 'unix' || (server.chmod & othersMayWrite) === 0 || server.username !== undefined
          ? []
          : [
              {
                section: server.section,
                key: 'chmod',
                what: 'Every user of this machine may control the daemon through this socket',
                fix: 'chmod=0770 and chown=root:GROUP, or a username and password',
              },
            ],
      ),
  },
  {
    id: 'port-open',
    title: 'A control port without a password',
    why: 'Whoever reaches the port may run programs as the user of the daemon; so here it is opened on 127.0.0.1 only, under Supervisor for all.',
    source: 'https://supervisord.org/configuration.html#inet-http-server-section-values',
    survey: ({ config }) =>
      config.httpServers.flatMap((server): FoundAt[] =>
        server.family !== 'inet' ||
        loopback.test(server.host) ||
        server.username !== undefined ||
        server.allow_unauthenticated
          ? []
          : [
              {
                section: server.section,
                key: 'port',
                what: 'This port asks nobody for a password, and so it is opened on 127.0.0.1 only',
                fix: `port=127.0.0.1:${server.port}, or a username and password`,
              },
            ],
      ),
  },
  {
    id: 'secret-in-command',
    title: 'A secret in a command',
    why: 'Every user of the machine can read the arguments of every process, in `ps` for one.',
    source: 'https://man7.org/linux/man-pages/man5/proc_pid_cmdline.5.html',
    look(program) {
      const name = secret.exec(program.written('command') ?? '')?.[1];
      if (name === undefined) return;
      return {
        key: 'command',
        what: `The value of ${name} can be read by every user of this machine`,
        fix: 'let the program read it from its environment, which it inherits',
      };
    },
  },
  {
    id: 'celery-root',
    title: 'Celery as root',
    why: 'Whoever can put a task into the queue may then be root: a worker run by root refuses pickled tasks, or obeys them.',
    source:
      'https://docs.celeryq.dev/en/stable/userguide/daemonizing.html#running-the-worker-with-superuser-privileges-root',
    look({ name, args, process }, { config, host }) {
      const isRoot = (process.uid ?? config.supervisord.uid ?? host.uid) === 0;
      if (name !== 'celery' || !args.includes('worker') || !isRoot || args.some((word) => word.startsWith('--uid')))
        return;
      return { key: 'user', what: 'A Celery worker runs as root', fix: 'user=…' };
    },
  },
];
