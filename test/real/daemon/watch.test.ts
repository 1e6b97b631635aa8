import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ours, startDaemon } from '../../support/daemon.ts';
import { infoOf, script, textOf, untilState, withDaemon } from './support.ts';

const files = ['app/main.py', 'app/lib/util.py', 'app/node_modules/x/x.py', 'rolled/main.py', 'reloaded/app.ini'];

const config = [
  '[supervisord]\nlogfile=%(here)s/supervisord.log\npidfile=%(here)s/supervisord.pid\nloglevel=debug\n\n',
  script(
    'web',
    'cat main.py; exec cat',
    'directory=%(here)s/app',
    'stdout_logfile=%(here)s/web.log',
    'watch=**/*.py',
    'watch_delay=0.2',
    'startsecs=0',
  ),
  // Twins in a group of their own, rolled.
  script(
    'api',
    'exec cat',
    'directory=%(here)s/rolled',
    'numprocs=3',
    'process_name=%(program_name)s_%(process_num)d',
    'watch=*.py',
    'watch_delay=0.1',
    'watch_action=roll',
    'startsecs=0',
  ),
  script('broken', 'exit 3', 'directory=%(here)s/app', 'watch=lib', 'startretries=0', 'autorestart=false'),
  script(
    'hup',
    "trap 'echo told' HUP; while :; do read line; done",
    'directory=%(here)s/reloaded',
    'stdout_logfile=%(here)s/hup.log',
    'watch=*.ini',
    'watch_action=reload',
    'reload=signal HUP',
    'startsecs=0',
  ),
  script('off', 'exec cat', 'directory=%(here)s/app', 'watch=lib/*.py', 'autostart=false'),
  script('other', 'exec cat', 'startsecs=0'),
].join('');

/** A daemon in a user namespace of its own, for which the system has no more than two watches. */
const inNamespace = ['unshare', '--user', '--map-root-user', 'sh', '-c'];
const fewWatches = 'echo 2 > /proc/sys/user/max_inotify_watches && exec "$@"';
const canLimit = spawnSync(inNamespace[0] ?? '', [...inNamespace.slice(1), fewWatches, 'sh', 'true']).status === 0;

// Most containers let nobody make a namespace: there it is left to the others.
if (canLimit) {
  test('a system that allows no more watches is told once, and the daemon goes on', async () => {
    const kind = { ...ours, daemon: [...inNamespace, fewWatches, 'sh', ...ours.daemon] };
    const programs = script('web', 'exec cat', 'watch=**/*.py', 'directory=%(here)s/app', 'startsecs=0');
    const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
    mkdirSync(join(dir, 'app'));
    for (const name of ['a', 'b', 'c', 'd', 'e']) writeFileSync(join(dir, `app/${name}.py`), '');
    await using daemon = await startDaemon({ kind, dir, config: programs });
    const trouble =
      / ERRO Cannot watch all files of web: .*fs\.inotify\.max_user_watches\); some changes are not seen\n/g;
    await daemon.until('it is told', () => trouble.test(daemon.log()));
    await untilState(daemon, 'web', 'RUNNING');
    expect(daemon.log().match(trouble)).toHaveLength(1);
  });
}

describe('watch', () => {
  withDaemon(
    'under tssupervisord',
    () => {
      const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
      for (const file of files) {
        mkdirSync(join(dir, file, '..'), { recursive: true });
        writeFileSync(join(dir, file), 'first\n');
      }
      return { dir, config };
    },
    (daemon) => {
      const at = (name: string) => join(daemon().dir, name);
      const untilWatched = () =>
        daemon().until('all files are watched', () =>
          ['web', 'api', 'broken', 'hup', 'off'].every((name) =>
            daemon().log().includes(`DEBG ${name}: its files are watched`),
          ),
        );
      const pidOf = async (name: string) => (await untilState(daemon(), name, 'RUNNING')).pid;

      test('a file that changes restarts the program, and the log says which file', async () => {
        await untilWatched();
        const [before, other] = [await pidOf('web'), await pidOf('other')];
        writeFileSync(at('app/node_modules/x/x.py'), 'ignored');
        // As an editor does it.
        writeFileSync(at('app/.main.py.tmp'), 'second\n');
        renameSync(at('app/.main.py.tmp'), at('app/main.py'));
        await daemon().until('it runs the new file', () => textOf(at('web.log')) === 'first\nsecond\n');
        expect(await pidOf('web')).not.toBe(before);
        expect(await pidOf('other')).toBe(other);
        expect(daemon().log()).toMatch(/ INFO web: main\.py changed: restart\n/);
        expect(daemon().log()).toMatch(/ WARN restarting: web \(pid \d+\): main\.py changed\n/);
        expect(daemon().log()).not.toContain('node_modules');
      });

      test('one that could not be started is tried again, one that somebody stopped stays so', async () => {
        await untilState(daemon(), 'broken', 'FATAL');
        const { start } = await infoOf(daemon(), 'broken');
        await daemon().rpc('supervisor.stopProcess', 'web');
        await daemon().until('a second later', () => Math.floor(Date.now() / 1000) > start);
        writeFileSync(at('app/lib/util.py'), 'mended\n');
        await daemon().until('it was tried again', async () => (await infoOf(daemon(), 'broken')).start > start);
        await daemon().until('the others were told too', () => /INFO off: lib\/util\.py changed/.test(daemon().log()));
        await daemon().until('web was told', () => /INFO web: lib\/util\.py changed/.test(daemon().log()));
        expect((await infoOf(daemon(), 'web')).statename).toBe('STOPPED');
        expect(await infoOf(daemon(), 'off')).toMatchObject({ statename: 'STOPPED', start: 0 });
      });

      test('watch_action=roll restarts them one after the other, and changes meanwhile roll them once more', async () => {
        const pids = () => Promise.all(['api:api_0', 'api:api_1', 'api:api_2'].map(pidOf));
        const before = await pids();
        const rolls = async () => (await daemon().rpc('tssupervisor.getJobs')) as { id: string; state: string }[];
        writeFileSync(at('rolled/main.py'), 'second\n');
        await daemon().until('a roll has begun', async () => (await rolls()).length === 1);
        writeFileSync(at('rolled/main.py'), 'third\n');
        await daemon().until('there was another', async () => {
          const all = await rolls();
          return all.length === 2 && all.every(({ state }) => state === 'done');
        });
        const after = await pids();
        expect(after.filter((pid) => before.includes(pid))).toEqual([]);
      });

      test('watch_action=reload reloads it as it is said beside it', async () => {
        const before = await pidOf('hup');
        writeFileSync(at('reloaded/app.ini'), 'second\n');
        await daemon().until('it was told', () => textOf(at('hup.log')) === 'told\n');
        expect(await pidOf('hup')).toBe(before);
        expect(daemon().log()).toMatch(/ INFO hup: app\.ini changed: reload\n/);
      });

      test('an update that changes what is watched restarts nothing', async () => {
        await daemon().rpc('supervisor.startProcess', 'web');
        const [web, other] = [await pidOf('web'), await pidOf('other')];
        daemon().writeConfig(config.replaceAll('watch=**/*.py', 'watch=*.txt'));
        expect((await daemon().ctl('update')).code).toBe(0);
        expect(await pidOf('web')).toBe(web);
        const watched = () => daemon().log().split('DEBG web: its files are watched').length - 1;
        await daemon().until('the new pattern counts', () => watched() === 2);
        writeFileSync(at('app/notes.txt'), 'new');
        await daemon().until('it is told', () => /INFO web: notes\.txt changed: restart/.test(daemon().log()));
        await daemon().until('web is another', async () => (await pidOf('web')) !== web);
        expect(await pidOf('other')).toBe(other);
      });
    },
  );
});
