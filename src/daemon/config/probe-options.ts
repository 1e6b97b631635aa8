/** Keys about readiness, liveness and rolling restarts; Supervisor passes them over. */
import { duration } from '../../config/duration.ts';
import type { OptionTable } from '../../config/option.ts';
import { Refusal, text, type ValueType } from '../../config/values.ts';

const times: ValueType<number> = {
  name: 'number of times',
  expected: 'a whole number from 1 to 1000',
  parse(value) {
    const number = /^\s*\d{1,4}\s*$/.test(value) ? Number(value) : 0;
    if (number >= 1 && number <= 1000) return number;
    throw new Refusal(`Cannot use ${JSON.stringify(value)} as a number of times`);
  },
};

const liveAction: ValueType<'restart' | 'event'> = {
  name: 'restart or event',
  expected: 'restart or event',
  parse(value) {
    const word = value.trim().toLowerCase();
    if (word === 'restart' || word === 'event') return word;
    throw new Refusal(`Cannot use ${JSON.stringify(value)} as live_action`);
  },
};

const batch: ValueType<string> = {
  name: 'number or share of processes',
  expected: 'a number such as 2, or a share such as 25%',
  parse(value) {
    const word = value.trim();
    if (/^(?!0+%?$)\d{1,6}%?$/.test(word)) return word;
    throw new Refusal(`Cannot roll ${JSON.stringify(value)} at a time`);
  },
};

const surge: ValueType<number> = {
  name: 'number of processes',
  expected: 'a whole number from 0 to 100',
  parse(value) {
    const number = /^\s*\d{1,3}\s*$/.test(value) ? Number(value) : Number.NaN;
    if (number <= 100) return number;
    throw new Refusal(`Cannot roll with ${JSON.stringify(value)} processes more`);
  },
};

const probe =
  '`tcp`, `http:/healthz`, `uwsgi`, `fastcgi`, `fastcgi:/ping`, `redis`, `memcached`, each with another address as in ' +
  '`tcp:127.0.0.1:6000` or `http:unix:/run/a.sock:/healthz`; `exec:COMMAND`';

export const probeOptions = {
  ready: {
    type: text,
    names: 'own environment',
    ours: true,
    doc:
      `When it is ready: RUNNING only then, and after startsecs. A probe: ${probe}, \`log:REGEX\` (a line of its output), ` +
      '`notify` (sd_notify). Without an address it is asked where it listens: `listen`, `socket`, or `bind` and `port`.',
  },
  ready_timeout: {
    type: duration,
    initial: '30',
    names: 'own environment',
    ours: true,
    doc: 'How long it may take to get ready; then it is stopped, and that was a failed start.',
  },
  ready_interval: {
    type: duration,
    initial: '0',
    names: 'own environment',
    ours: true,
    doc: 'How often it is asked again while it is RUNNING; 0 never. One that is not ready is out of its upstream, and is not restarted.',
  },
  ready_failures: {
    type: times,
    initial: '3',
    names: 'own environment',
    ours: true,
    doc: 'So many bad answers in a row make it unready.',
  },
  ready_successes: {
    type: times,
    initial: '1',
    names: 'own environment',
    ours: true,
    doc: 'So many good answers in a row make it ready.',
  },
  live: {
    type: text,
    names: 'own environment',
    ours: true,
    doc:
      `Whether it is alive, asked from RUNNING on. A probe: ${probe}, \`notify\` (its watchdog: WATCHDOG_USEC is live_interval, ` +
      'and it must say WATCHDOG=1 more often than that).',
  },
  live_interval: { type: duration, initial: '10', names: 'own environment', ours: true, doc: 'How often it is asked.' },
  live_timeout: {
    type: duration,
    initial: '3',
    names: 'own environment',
    ours: true,
    doc: 'How long an answer may take.',
  },
  live_failures: {
    type: times,
    initial: '3',
    names: 'own environment',
    ours: true,
    doc: 'So many bad answers in a row, and it is taken for hung: live_action.',
  },
  live_successes: {
    type: times,
    initial: '1',
    names: 'own environment',
    ours: true,
    doc: 'So many good answers in a row, and it is well again (with live_action=event).',
  },
  live_action: {
    type: liveAction,
    initial: 'restart',
    names: 'own environment',
    ours: true,
    doc: '`restart`: one that hangs is stopped and started again, whatever autorestart says; that counts for restart_limit. `event`: it is only told.',
  },
  roll_batch: {
    type: batch,
    initial: '1',
    names: 'program',
    ours: true,
    doc: 'How many processes `roll` restarts at a time: `2`, or `25%` of those that run.',
  },
  roll_surge: {
    type: surge,
    initial: '0',
    names: 'program',
    ours: true,
    doc:
      'So many processes more while `roll` lasts, so that never fewer serve than before; also for a program with a single ' +
      'process. They need room: process_name with `%(process_num)`, and ports of their own.',
  },
} as const satisfies OptionTable;
