/**
 * Ansible's module `supervisorctl` (community.general), which reads what the control command says and its exit status:
 * the same tasks for a host with Supervisor and one with ours. Every second task names the control command, the
 * others find it on PATH.
 */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { type DaemonKind, debian, dist, ours, startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { needs } from '../../support/skips.ts';
import { program, untilState } from '../daemon/support.ts';

const before = [
  program('cat', 'cat', 'startsecs=0'),
  program('off', 'cat', 'startsecs=0', 'autostart=false'),
  program('failed', 'false', 'startretries=0'),
  '[group:pair]\nprograms=left,right\n\n',
  program('left', 'cat', 'startsecs=0'),
  program('right', 'cat', 'startsecs=0', 'autostart=false'),
].join('');
const after = before + program('more', 'cat', 'startsecs=0');

const unchanged = { changed: false, failed: false };
const changed = (...affected: readonly string[]) => ({ changed: true, failed: false, affected });
const wouldChange = { changed: true, failed: false };
const failed = (msg: string) => ({ changed: false, failed: true, msg });

/** Name, state and signal; in check mode where a `?` follows; and what must come of it. */
const steps: readonly (readonly [task: string, result: object])[] = [
  ['off started ?', wouldChange],
  ['off started', changed('off')],
  ['off started', unchanged],
  ['cat signalled CONT', changed('cat')],
  ['pair: started', changed('pair:right')],
  ['pair: stopped', changed('pair:left', 'pair:right')],
  ['failed started', failed('')],
  ['more present', wouldChange],
  ['more present', unchanged],
  ['more absent', failed('ERROR: process/group still running: more\n')],
  ['more stopped', changed('more')],
  ['more absent', wouldChange],
  ['more absent', unchanged],
  ['pair: restarted', changed('pair:left', 'pair:right')],
  ['all stopped', changed('cat', 'more', 'off', 'pair:left', 'pair:right')],
];

interface Play {
  readonly plays: readonly [{ readonly tasks: readonly [{ readonly hosts: Record<string, Result> }] }];
}
interface Result {
  readonly results: readonly {
    readonly changed: boolean;
    readonly failed: boolean;
    readonly msg?: string;
    readonly affected?: readonly string[];
  }[];
}

async function openHost(kind: DaemonKind, command: string): Promise<{ daemon: TestDaemon; bin: string }> {
  const daemon = await startDaemon({ kind, config: before });
  const bin = join(daemon.dir, 'bin');
  mkdirSync(bin);
  symlinkSync(command, join(bin, 'supervisorctl'));
  await untilState(daemon, 'failed', 'FATAL');
  daemon.writeConfig(after);
  return { daemon, bin };
}

needs('supervisor', 'ansible').test(
  'Ansible sees changes, none, and failures as under Supervisor',
  async () => {
    const right = await openHost(debian, '/usr/bin/supervisorctl');
    const mine = await openHost(ours, join(dist, 'tssupervisorctl.cjs'));
    const { dir } = mine.daemon;
    const variables = ({ daemon, bin }: typeof mine) => ({
      bin,
      config: daemon.file,
      path: `${dirname(process.execPath)}:/usr/bin:/bin`,
      ansible_connection: 'local',
      ansible_python_interpreter: '/usr/bin/python3',
      steps: steps.map(([task], at) => {
        const [name, state, ...rest] = task.split(' ');
        const signal = state === 'signalled' ? { signal: rest[0] } : {};
        return { name, state, ...signal, check: rest.includes('?'), named: at % 2 === 0 };
      }),
    });
    const inventory = { all: { hosts: { supervisor: variables(right), tssupervisor: variables(mine) } } };
    writeFileSync(join(dir, 'hosts.json'), JSON.stringify(inventory));
    writeFileSync(join(dir, 'ansible.cfg'), '');
    const playbook = join(import.meta.dirname, 'fixtures/ansible.yml');
    const { stdout, stderr } = await runCommand(
      ['/usr/bin/ansible-playbook', '-i', join(dir, 'hosts.json'), playbook],
      {
        cwd: dir,
        env: {
          HOME: dir,
          ANSIBLE_CONFIG: join(dir, 'ansible.cfg'),
          ANSIBLE_HOME: join(dir, 'ansible'),
          ANSIBLE_LOCAL_TEMP: join(dir, 'local'),
          ANSIBLE_REMOTE_TEMP: join(dir, 'remote'),
          ANSIBLE_PIPELINING: 'True',
          ANSIBLE_STDOUT_CALLBACK: 'ansible.posix.json',
        },
      },
    );
    expect(stdout, stderr).toMatch(/^\{/);
    const { hosts } = (JSON.parse(stdout) as Play).plays[0].tasks[0];
    const seen = (host: string) =>
      hosts[host]?.results.map(({ changed, failed, msg, affected }, at) => [
        steps[at]?.[0],
        { changed, failed, ...(msg !== undefined && { msg }), ...(affected !== undefined && { affected }) },
      ]);
    expect(seen('supervisor')).toEqual(steps);
    expect(seen('tssupervisor')).toEqual(steps);
  },
  180_000,
); // Ansible takes a second for each task, more where the machine is busy
