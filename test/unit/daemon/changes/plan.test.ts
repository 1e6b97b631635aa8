import { describe, expect, test } from 'vitest';
import { plansOf, sharingSockets } from '../../../../src/daemon/changes/plan.ts';
import type { GroupConfig } from '../../../../src/daemon/config/model.ts';
import { loaded } from '../../../support/config-files.ts';

const head = '[supervisord]\n';
const groups = (text: string): readonly GroupConfig[] => loaded(head + text).groups;
const program = (...settings: string[]) => `[program:web]\ncommand=cat\n${settings.join('\n')}\n`;
const many = ['process_name=web_%(process_num)d', 'numprocs=2'];

/** `web_0 keep`, `web_1 restart command`, as the files change from one to the other. */
function plan(before: string, after: string): string[] {
  return plansOf(groups(before), groups(after)).flatMap(({ processes }) =>
    processes.map(({ name, change, keys }) => [name, change, ...keys].join(' ')),
  );
}

const section = (group: string) => plansOf(groups(''), groups(group)).map(({ name, change }) => `${name} ${change}`);

describe('each setting that is another restarts the process, and is named', () => {
  test.each([
    ['command=dog', 'command'],
    ['directory=/tmp', 'directory'],
    ['umask=077', 'umask'],
    ['priority=5', 'priority'],
    ['autostart=false', 'autostart'],
    ['autorestart=true', 'autorestart'],
    ['startsecs=5', 'startsecs'],
    ['startretries=5', 'startretries'],
    ['stopsignal=INT', 'stopsignal'],
    ['stopwaitsecs=5', 'stopwaitsecs'],
    ['stopasgroup=true', 'stopasgroup killasgroup'],
    ['killasgroup=true', 'killasgroup'],
    ['exitcodes=1', 'exitcodes'],
    ['user=daemon', 'user'],
    ['redirect_stderr=true', 'redirect_stderr'],
    ['serverurl=http://x', 'serverurl'],
    ['environment=A="1"', 'environment'],
    ['stdout_logfile=/x', ''],
    ['stdout_logfile=NONE\nstderr_logfile=/x', ''],
    ['stdout_logfile_maxbytes=5', 'stdout_logfile_maxbytes'],
    ['stderr_logfile_backups=5', 'stderr_logfile_backups'],
    ['stdout_capture_maxbytes=5', 'stdout_capture_maxbytes'],
    ['stderr_events_enabled=true', 'stderr_events_enabled'],
    ['stdout_syslog=true', 'stdout_syslog'],
    ['stdout_log_format=json', 'stdout_log_format'],
    ['port=2000', 'bind port'],
    ['listen=tcp://127.0.0.1:2000', 'listen'],
    ['restart_limit=5/60s', 'restart'],
    ['rlimit_core=0', 'rlimits'],
    ['nice=5', 'nice'],
    ['env_file=/x', 'env_file'],
  ])('%s', (setting, keys) => {
    const before = program().replace('command=cat', setting.startsWith('command') ? 'command=cat' : 'command=cat');
    const after = setting.startsWith('command') ? program().replace('command=cat', setting) : program(setting);
    expect(plan(before, after)).toEqual([keys === '' ? 'web keep' : `web restart ${keys}`]);
  });

  test('a log file that has another path does, one that was automatic does not', () => {
    expect(plan(program('stdout_logfile=/x'), program('stdout_logfile=/y'))).toEqual(['web restart stdout_logfile']);
  });
});

describe('it goes on, and takes over', () => {
  test.each([
    ['ready=exec:true', 'ready'],
    ['live=exec:true', 'live'],
    ['roll_batch=2', 'roll_batch'],
    ['reload=roll', 'reload'],
    ['pre_stop=true', 'hooks'],
    ['depends_on=other', 'depends_on'],
  ])('%s', (setting, keys) => {
    const other = '[program:other]\ncommand=cat\n';
    expect(plan(program() + other, program(setting) + other)).toContain(`web keep ${keys}`);
  });

  test('another priority of its group', () => {
    const group = (priority: number) => `${program()}[group:g]\nprograms=web\npriority=${priority}\n`;
    expect(plan(group(5), group(6))).toEqual(['web keep priority of the group']);
  });

  test('another number of processes, wherever it says %(numprocs)d', () => {
    const counted = (count: number, more: string) =>
      program(
        'process_name=web_%(process_num)d',
        `numprocs=${count}`,
        'environment=OF="%(numprocs)d"',
        'stdout_logfile=/x-%(numprocs)d',
        more,
      ).replace('command=cat', 'command=cat %(numprocs)d %(ENV_OF)s');
    expect(plan(counted(2, ''), counted(3, ''))).toEqual(['web_0 keep', 'web_1 keep', 'web_2 add']);
    expect(plan(counted(2, ''), counted(3, 'umask=077'))).toEqual([
      'web_0 restart umask',
      'web_1 restart umask',
      'web_2 add',
    ]);
    const changed = counted(3, '').replace('cat %(numprocs)d', 'cat -n %(numprocs)d');
    expect(plan(counted(2, ''), changed)).toEqual(['web_0 restart command', 'web_1 restart command', 'web_2 add']);
  });

  test('what the daemon adds to every environment is no number of processes', () => {
    const counted = (daemon: string) =>
      plansOf(
        loaded(`[supervisord]\n${program(...many, 'environment=OF="%(numprocs)d"')}`).groups,
        loaded(`[supervisord]\n${daemon}\n${program(...many, 'environment=OF="%(numprocs)d"')}`).groups,
      ).flatMap(({ processes }) => processes.map(({ change, keys }) => [change, ...keys].join(' ')));
    expect(counted('')).toEqual(['keep', 'keep']);
    expect(counted('environment=A="1"')).toEqual(['restart environment', 'restart environment']);
  });
});

test('what a pool is told is a setting of each of its listeners', () => {
  const pool = (...settings: string[]) => `[eventlistener:web]\ncommand=cat\n${[...many, ...settings].join('\n')}\n`;
  expect(plan(pool('events=TICK_5'), pool('events=TICK_60'))).toEqual(['web_0 restart events', 'web_1 restart events']);
  expect(plan(pool('events=TICK_5,TICK_60'), pool('events=TICK_60,TICK_5'))).toEqual(['web_0 keep', 'web_1 keep']);
});

test('groups are taken in the order in which Supervisor takes them, and each process has its fate', () => {
  const one = (name: string, command: string) => `[program:${name}]\ncommand=${command}\n`;
  const before = one('stays', 'cat') + one('changes', 'cat') + one('goes', 'cat');
  const after = one('comes', 'cat') + one('stays', 'cat') + one('changes', 'dog');
  expect(plan(before, after)).toEqual(['goes remove', 'changes restart command', 'comes add', 'stays keep']);
  expect(section(after)).toEqual(['changes added', 'comes added', 'stays added']);
});

test('what accepts on one socket shares it with who comes later, unless the address is another', () => {
  const fcgi = (count: number, socket: string) =>
    `[fcgi-program:web]\ncommand=cat\nsocket=${socket}\nprocess_name=web_%(process_num)d\nnumprocs=${count}\n`;
  const [before] = groups(fcgi(1, 'unix:///a'));
  const [after] = groups(fcgi(2, 'unix:///a'));
  const [elsewhere] = groups(fcgi(2, 'unix:///b'));
  if (before === undefined || after === undefined || elsewhere === undefined) throw new Error('No group was read');
  const socket = before.processes[0]?.socket;
  expect(sharingSockets(before, after).processes.map((one) => one.socket === socket)).toEqual([true, true]);
  expect(sharingSockets(before, elsewhere).processes.map((one) => one.socket === socket)).toEqual([false, false]);
});
