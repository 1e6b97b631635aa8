import type { OptionTable } from './option.ts';
import { servers } from './servers.ts';
import { text } from './values.ts';

/** `[supervisorctl]`. */
export const supervisorctlOptions = {
  serverurl: {
    type: text,
    initial: 'http://localhost:9001',
    names: 'here',
    doc: 'Where the daemon listens: http://host:port or unix:///path/to/socket.',
  },
  username: { type: text, names: 'environment', doc: 'The user name for the daemon, if it asks for one.' },
  password: { type: text, names: 'environment', doc: 'The password in clear text.' },
  prompt: { type: text, initial: 'supervisor', names: 'environment', doc: 'What the shell shows before `>`.' },
  history_file: {
    type: text,
    names: 'here',
    doc: 'Where the shell keeps the lines typed; read at its start, written at its end.',
  },
} as const satisfies OptionTable;

/** `[dashboard]`, ours. */
export const dashboardOptions = {
  servers: {
    type: servers,
    names: 'here',
    ours: true,
    doc:
      'The daemons that `tssupervisorctl dashboard` shows in one list, instead of the one at `serverurl`. A URL may have ' +
      '`user:password@`, percent-encoded; without it they are those of `[supervisorctl]`.',
  },
} as const satisfies OptionTable;

/** `[ctlplugin:x]`: its further keys go to the factory. */
export const ctlpluginOptions = {
  'supervisor.ctl_factory': {
    type: text,
    required: true,
    names: 'environment',
    doc: 'The plug-in of Supervisor that is meant. Accepted and not loaded: plug-ins are Python code.',
  },
} as const satisfies OptionTable;
