/** `[upstream:x]`: a section of ours, which tells a proxy in front of the programs which of them serve. */
import { duration } from '../../config/duration.ts';
import type { OptionTable } from '../../config/option.ts';
import { list, Refusal, text, type ValueType } from '../../config/values.ts';

const driver: ValueType<'nginx' | 'haproxy'> = {
  name: 'nginx or haproxy',
  expected: 'nginx or haproxy',
  parse(value) {
    const word = value.trim().toLowerCase();
    if (word === 'nginx' || word === 'haproxy') return word;
    throw new Refusal(`Cannot tell a proxy of kind ${JSON.stringify(value)}`);
  },
};

/** Longer drains are taken for a slip of the finger: a stop would seem to hang. */
const maxDrainMs = 3_600_000;

const drainTime: ValueType<number> = {
  name: duration.name,
  expected: duration.expected,
  parse(value, host) {
    const ms = duration.parse(value, host);
    if (ms > maxDrainMs) throw new Refusal(`Cannot wait ${JSON.stringify(value)} for connections to end`);
    return ms;
  },
};

export const upstreamOptions = {
  programs: {
    type: list,
    required: true,
    names: 'here',
    ours: true,
    doc: 'The programs whose processes are the servers, each at its `listen`, its `socket` or its `port`.',
  },
  driver: {
    type: driver,
    required: true,
    names: 'here',
    ours: true,
    doc:
      '`nginx`: a file with an `upstream x { ... }` is kept for it, and it is told to read it. `haproxy`: it is told over ' +
      'its runtime socket, without a reload.',
  },
  file: {
    type: text,
    names: 'here',
    ours: true,
    doc:
      'nginx: the file, which its configuration includes and nobody else writes. It is there before the first program ' +
      'starts, and is written only when it changes.',
  },
  options: {
    type: text,
    initial: '',
    names: 'here',
    ours: true,
    doc: 'What stands behind every server: `max_fails=1 fail_timeout=1s`; for haproxy behind those that are added.',
  },
  test: {
    type: text,
    names: 'here',
    ours: true,
    doc:
      'nginx: a command (no shell) that is asked about the new file, `nginx -t -c /etc/nginx/nginx.conf`. When it ' +
      'refuses, the old file is put back, the log has its words, and serving goes on.',
  },
  reload: {
    type: text,
    names: 'here',
    ours: true,
    doc: 'nginx: the program of these files that is nginx, which gets a HUP, or `command: nginx -s reload`.',
  },
  socket: { type: text, names: 'here', ours: true, doc: 'haproxy: its runtime socket, at level admin.' },
  backend: {
    type: text,
    initially: "the section's name",
    names: 'here',
    ours: true,
    doc: 'haproxy: the backend whose servers of these names are kept; it may have others.',
  },
  drain: {
    type: drainTime,
    initial: '5',
    names: 'here',
    ours: true,
    doc:
      'A process is told to stop when the proxy has taken it out and its connections have ended, but so long after the ' +
      'wish at the latest.',
  },
} as const satisfies OptionTable;
