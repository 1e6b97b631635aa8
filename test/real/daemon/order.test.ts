import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { ours, startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { needs } from '../../support/skips.ts';

interface Info {
  readonly statename: string;
  readonly description: string;
  readonly spawnerr: string;
  readonly pid: number;
}

async function info(daemon: TestDaemon, name: string): Promise<Info> {
  return (await daemon.rpc('supervisor.getProcessInfo', name)) as unknown as Info;
}

function reaches(daemon: TestDaemon, name: string, state: string): Promise<Info> {
  return daemon.until(`${name} is ${state}`, async () => {
    const found = await info(daemon, name);
    return found.statename === state && found;
  });
}

function describedAs(daemon: TestDaemon, name: string, text: string): Promise<boolean> {
  return daemon.until(`${name} says "${text}"`, async () => (await info(daemon, name)).description === text);
}

/** Names in the order in which a line of the log says this of them. */
function logged(daemon: TestDaemon, what: RegExp): string[] {
  return [...daemon.log().matchAll(new RegExp(what, 'g'))].map(([, name = '']) => name);
}

const sleeps = 'command=/bin/sleep 3600\nstartsecs=0\n';
/** Ends a moment after it was told to, and at once when its parent shell's sleep has gone with it. */
const slow = `command=/bin/sh -c "trap 'kill $!; sleep 0.2; exit 0' TERM; sleep 3600 & wait"\nstartsecs=0\nstopasgroup=false\nkillasgroup=true\n`;

needs('redis-server').test(
  'at boot each starts when what it depends on is there, and says what it waits for',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
    const redis = `exec redis-server --port 0 --unixsocket ${dir}/redis.sock --save "" --dir ${dir}`;
    writeFileSync(join(dir, 'redis.sh'), `until test -e redis-go; do sleep 0.02; done\n${redis}\n`);
    writeFileSync(join(dir, 'migrate.sh'), 'until test -e migrate-go; do sleep 0.02; done\necho migrated >> seen\n');
    writeFileSync(join(dir, 'web.sh'), 'redis-cli -s redis.sock ping >> seen\nexec sleep 3600\n');
    const script = (name: string, keys: string) =>
      `[program:${name}]\ncommand=/bin/sh ${name}.sh\ndirectory=${dir}\nstopasgroup=true\nstartsecs=0\n${keys}\n`;
    const daemon = await startDaemon({
      dir,
      config: [
        script('redis', 'priority=999\nautorestart=true\nready=redis:unix:%(here)s/redis.sock'),
        script('migrate', 'autorestart=false'),
        script('web', 'priority=2\ndepends_on=redis, migrate:exited'),
        `[program:worker]\npriority=1\ndepends_on=web:started\n${sleeps}`,
      ].join('\n'),
    });
    await describedAs(daemon, 'web', 'Waiting for redis:ready, migrate:exited');
    expect(await info(daemon, 'worker')).toMatchObject({
      statename: 'STOPPED',
      description: 'Waiting for web:started',
    });
    expect((await daemon.ctl('status', 'web')).stdout).toMatch(
      /^web +STOPPED +Waiting for redis:ready, migrate:exited\n$/,
    );
    const details = (await daemon.rpc('tssupervisor.getProcesses')) as unknown as { name: string; why: string }[];
    expect(details.find(({ name }) => name === 'worker')?.why).toBe('Waiting for web:started');
    writeFileSync(join(dir, 'redis-go'), '');
    await describedAs(daemon, 'web', 'Waiting for migrate:exited');
    writeFileSync(join(dir, 'migrate-go'), '');
    await reaches(daemon, 'worker', 'RUNNING');
    await daemon.until('web has asked redis', () => readFileSync(join(dir, 'seen'), 'utf8').includes('PONG'));
    expect(readFileSync(join(dir, 'seen'), 'utf8')).toBe('migrated\nPONG\n');
    expect(logged(daemon, /success: (\S+) entered RUNNING/)).toEqual(['migrate', 'redis', 'web', 'worker']);

    // A later death of redis touches nobody.
    const web = await info(daemon, 'web');
    const before = (await info(daemon, 'redis')).pid;
    process.kill(before, 'SIGKILL');
    await daemon.until('redis runs again', async () => {
      const { statename, pid } = await info(daemon, 'redis');
      return statename === 'RUNNING' && pid !== before;
    });
    expect((await info(daemon, 'web')).pid).toBe(web.pid);

    await daemon.ctl('shutdown');
    expect(await daemon.ended).toBe(0);
    expect(logged(daemon, /stopped: (\S+) \(/)).toEqual(['worker', 'web', 'redis']);
    await daemon.stop();
  },
);

describe('by name', () => {
  const off = 'autostart=false\n';
  const config = [
    `[program:db]\n${off}${slow}priority=3`,
    `[program:app]\ndepends_on=db\n${off}${slow}priority=2`,
    `[program:web]\ndepends_on=app\n${off}${sleeps}priority=1`,
    `[program:other]\n${off}${sleeps}`,
    `[program:alone]\ndepends_on=other\n${off}${sleeps}`,
    `[program:broken]\ncommand=/bin/false\nstartretries=0\n${off}`,
    `[program:hopeless]\ndepends_on=broken, other\n${off}${sleeps}`,
    `[program:boots]\ndepends_on=other:started\n${sleeps}`,
  ].join('\n');

  test('a start by name starts what is missing, and --no-deps does not', async () => {
    await using daemon = await startDaemon({ config });
    expect((await daemon.ctl('start', '--no-deps', 'alone')).stdout).toBe('alone: started\n');
    expect((await info(daemon, 'other')).statename).toBe('STOPPED');
    expect((await daemon.ctl('start', '--no-deps', 'nobody', 'alone')).stdout).toBe(
      'nobody: ERROR (no such process)\nalone: ERROR (already started)\n',
    );
    expect((await daemon.ctl('start', 'web')).stdout).toBe('web: started\n');
    expect(logged(daemon, /success: (\S+) entered RUNNING/)).toEqual(['alone', 'db', 'app', 'web']);
    await describedAs(daemon, 'boots', 'Waiting for other:started');
    expect((await daemon.ctl('stop', 'boots')).stdout).toBe('boots: stopped\n');
    expect(await info(daemon, 'boots')).toMatchObject({ statename: 'STOPPED', description: 'Not started' });
    expect((await daemon.ctl('stop', 'boots')).stdout).toBe('boots: ERROR (not running)\n');

    // One by itself is stopped by itself; all in reverse, each when those that need it have ended.
    expect((await daemon.ctl('stop', 'db')).stdout).toBe('db: stopped\n');
    expect((await info(daemon, 'app')).statename).toBe('RUNNING');
    await daemon.ctl('start', 'db');
    const stopped = (await daemon.ctl('stop', 'all')).stdout;
    expect(stopped.split('\n').filter((line) => /^(db|app|web):/.test(line))).toEqual([
      'web: stopped',
      'app: stopped',
      'db: stopped',
    ]);
    expect(logged(daemon, /stopped: (db|app|web) \(/)).toEqual(['db', 'web', 'app', 'db']);
  });

  test('what depends on a program in FATAL state is not started, and says why', async () => {
    await using daemon = await startDaemon({ config });
    expect((await daemon.ctl('start', 'hopeless')).stdout).toBe('hopeless: ERROR (spawn error)\n');
    const why = 'broken:ready does not come, broken is FATAL: Exited too quickly (process log may have details)';
    expect(await info(daemon, 'hopeless')).toMatchObject({ statename: 'STOPPED', spawnerr: why });
    expect(daemon.log()).toContain(`not started: hopeless (${why})`);
    // Known from the beginning it starts nobody else.
    await daemon.ctl('stop', 'other');
    expect((await daemon.ctl('start', 'hopeless')).stdout).toBe('hopeless: ERROR (spawn error)\n');
    expect((await info(daemon, 'other')).statename).toBe('STOPPED');
    expect(await daemon.rpc('supervisor.startProcess', 'other', true)).toBe(true);
  });
});

test('everything stops in reverse, and waits for what takes its time', async () => {
  const daemon = await startDaemon({
    config: [
      `[program:db]\n${sleeps}priority=999`,
      `[program:app]\ndepends_on=db\n${slow}priority=5`,
      `[program:web]\ndepends_on=app\n${slow}priority=1`,
      `[group:pair]\nprograms=db,app`,
    ].join('\n'),
  });
  await reaches(daemon, 'web', 'RUNNING');
  expect((await daemon.ctl('stop', 'pair:*')).stdout).toBe('pair:app: stopped\npair:db: stopped\n');
  expect((await info(daemon, 'web')).statename).toBe('RUNNING');
  expect((await daemon.ctl('start', 'pair:*')).stdout).toBe('pair:db: started\npair:app: started\n');
  await daemon.ctl('shutdown');
  expect(await daemon.ended).toBe(0);
  expect(logged(daemon, /stopped: (\S+) \(/)).toEqual(['app', 'db', 'web', 'app', 'db']);
  await daemon.stop();
});

test('update takes in what is depended on first, and removes it last', async () => {
  await using daemon = await startDaemon({ config: `[program:keep]\n${sleeps}` });
  const keep = `[program:keep]\n${sleeps}\n`;
  // By name and priority app would come first, and go first.
  daemon.writeConfig(
    `${keep}[program:app]\ndepends_on=zdb\npriority=1\n${sleeps}\n[program:zdb]\npriority=2\n${sleeps}`,
  );
  expect((await daemon.ctl('update')).stdout).toBe('zdb: added process group\napp: added process group\n');
  await reaches(daemon, 'app', 'RUNNING');
  daemon.writeConfig(keep);
  expect((await daemon.ctl('update')).stdout).toBe(
    'app: stopped\napp: removed process group\nzdb: stopped\nzdb: removed process group\n',
  );
});

test('update stops members of a group in reverse, too', async () => {
  const programs = `[program:app]\ndepends_on=zdb\n${slow}[program:zdb]\n${sleeps}[program:stays]\n${sleeps}`;
  await using daemon = await startDaemon({ config: `${programs}[group:all]\nprograms=app,zdb,stays\n` });
  await reaches(daemon, 'all:app', 'RUNNING');
  const { pid } = await info(daemon, 'all:stays');
  daemon.writeConfig(`[program:stays]\n${sleeps}[group:all]\nprograms=stays\n`);
  expect((await daemon.ctl('update')).stdout).toBe('all: stopped\nall: updated process group\n');
  expect(logged(daemon, /stopped: (\S+) \(/)).toEqual(['app', 'zdb']);
  expect((await info(daemon, 'all:stays')).pid).toBe(pid);
});

test('a circle with a condition is refused, and the lines of it are named', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  try {
    const file = join(dir, 'bad.conf');
    writeFileSync(
      file,
      '[supervisord]\n[program:a]\ncommand=x\ndepends_on=b:ready\n[program:b]\ncommand=x\ndepends_on=a\n',
    );
    const { code, stdout, stderr } = await runCommand([...ours.daemon, '--test', '-c', file], { cwd: dir });
    expect(code).toBe(2);
    expect(stdout + stderr).toContain(
      `Cannot wait in a circle: [program:a] (${file}:4) needs [program:b] (${file}:7) needs [program:a] (${file}:4)`,
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
});
