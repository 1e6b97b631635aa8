/** Every option of supervisord at work, in both spellings, under both daemons: what it does is what its key does. */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { isAlive } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';
import { isRoot, Place, sections } from './place.ts';
import { describeKinds, script, textOf } from './support.ts';

const spellings = {
  short: ['-c', '-l', '-y', '-z', '-e', '-j', '-i', '-q', '-a', '-m', '-d', '-u', '-k', '-t'],
  long: [
    '--configuration',
    '--logfile',
    '--logfile_maxbytes',
    '--logfile_backups',
    '--loglevel',
    '--pidfile',
    '--identifier',
    '--childlogdir',
    '--minfds',
    '--umask',
    '--directory',
    '--user',
    '--nocleanup',
    '--strip_ansi',
  ],
} as const;

const speaker = script('speaker', "umask; pwd; ulimit -n; printf 'a\\033[1mb\\n'; exec cat", 'startsecs=0');
const leftover = 'old-stdout---me-abc12345.log';

describeKinds('the options of {kind}', (kind) => {
  test.each(['short', 'long'] as const)('%s options do what their keys do, in the background', async (spelling) => {
    // What the file says is overridden.
    await using place = new Place(
      kind,
      `${sections.replace('[supervisord]', '[supervisord]\nidentifier=file')}${speaker}`,
    );
    for (const name of ['work', 'auto']) mkdirSync(place.path(name));
    writeFileSync(`${place.path('auto')}/${leftover}`, '');
    const values = [
      ...[
        place.path('s.conf'),
        place.path('l.log'),
        '2KB',
        '1',
        'debug',
        place.path('j.pid'),
        'me',
        place.path('auto'),
      ],
      ...['1100', '027', place.path('work'), 'nobody'],
    ];
    if (isRoot) await runCommand(['chown', '-R', 'nobody', place.dir]);
    const args = spellings[spelling].flatMap((option, index) => {
      if ((option === '-u' || option === '--user') && !isRoot) return [];
      const value = values[index];
      return value === undefined ? [option] : [option, value];
    });
    const limits = ['prlimit', '--nofile=1024:4096', '--nproc=3000:6000'];
    // As installed: only the command itself sees the limit that Node does away with.
    const command = kind.daemon.at(-1) ?? '';
    const env = { ...place.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` };
    const started = await runCommand([...limits, command, ...args, '--minprocs', '3100'], { cwd: place.dir, env });
    expect(started).toEqual({ stdout: '', stderr: '', code: 0 });
    const pid = await until('the pid is in the file of -j', () => Number(place.text('j.pid')) || undefined);

    // -i, -q, -k: the names and the folder of automatic logs, and the one of an earlier life.
    const log = await until('the program has said all', () => {
      const name = readdirSync(place.path('auto')).find((one) => /^speaker-stdout---me-\w{8}\.log$/.test(one));
      const path = `${place.path('auto')}/${name}`;
      return textOf(path).endsWith('\n') && textOf(path).split('\n').length > 4 && path;
    });
    expect(readdirSync(place.path('auto'))).toContain(leftover);
    // -m, -d, -a, -t, then --minprocs and -u
    expect(textOf(log)).toBe(`0027\n${place.path('work')}\n1100\nab\n`);
    expect(readFileSync(`/proc/${pid}/limits`, 'utf8')).toMatch(/^Max processes +3100 /m);
    if (isRoot) {
      const [uid] = (await runCommand(['id', '-u', 'nobody'])).stdout.split('\n');
      expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(new RegExp(`^Uid:\t${uid}\t${uid}\t`, 'm'));
    }

    // -l, -e, -y, -z: with debug, each signal is a line of the log.
    const signals = 'signal CONT speaker\n'.repeat(100);
    await runCommand([...kind.ctl, '-c', place.path('s.conf')], { cwd: place.dir, input: signals });
    await until('the log was rotated', () => place.text('l.log.1') !== '');
    expect(place.text('l.log.1').length).toBeGreaterThanOrEqual(2048);
    expect(`${place.text('l.log.1')}${place.text('l.log')}`).toContain('DEBG sending speaker');
    expect(
      readdirSync(place.dir)
        .filter((name) => name.startsWith('l.log'))
        .sort(),
    ).toEqual(['l.log', 'l.log.1']);
    expect([place.text('d.log'), place.text('d.pid')]).toEqual(['', '']);
    process.kill(pid, 'SIGTERM');
    await until('it has gone', () => !isAlive(pid));
  });

  test('-n keeps it in the foreground, with the log on the terminal; -s keeps that off', async () => {
    const runs = async (more: readonly string[], isShown: boolean) => {
      await using place = new Place(kind);
      const daemon = place.start(...more);
      await until('its pid is there', () => place.pid === daemon.pid);
      await until('it answers', async () => (await place.ctl('pid')).code === 0);
      daemon.kill('SIGTERM');
      expect([more, await daemon.ended]).toEqual([more, 0]);
      expect([more, daemon.output.includes('INFO supervisord started with pid')]).toEqual([more, isShown]);
    };
    await Promise.all([runs([], true), runs(['-s'], false)]);
  });

  test('nodaemon and silent in the file are -n and -s', async () => {
    const runs = async (settings: string, isShown: boolean) => {
      await using place = new Place(kind, sections.replace('[supervisord]', `[supervisord]\n${settings}`));
      const running = place.run('-c', place.path('s.conf'));
      await until('it answers', async () => (await place.ctl('pid')).code === 0);
      process.kill(await until('its pid is there', () => place.pid > 0 && place.pid), 'SIGTERM');
      const { stdout, code } = await running;
      expect([settings, code, stdout.includes('INFO supervisord started with pid')]).toEqual([settings, 0, isShown]);
      expect(place.text('d.log')).not.toContain('daemonizing');
    };
    await Promise.all([runs('nodaemon=true', true), runs('nodaemon=true\nsilent=true', false)]);
  });

  test('without -c the file is looked for above the command, then where one is', async () => {
    await using place = new Place(kind);
    for (const name of ['bin', 'etc', 'here', 'here/etc']) mkdirSync(place.path(name));
    symlinkSync(kind.daemon.at(-1) ?? '', place.path('bin/d'));
    const argv = [...kind.daemon.slice(0, -1), place.path('bin/d'), '-n'];
    const places = ['etc', '.', 'here', 'here/etc'].map((folder) => `${folder}/supervisord.conf`);
    for (const file of places) place.write(file, `[supervisord]\nloglevel=${file.replace('/supervisord.conf', '')}\n`);
    const found: unknown[] = [];
    for (const file of places) {
      const { stderr, code } = await runCommand(argv, { cwd: place.path('here'), env: place.env });
      found.push([code, /bad logging level name '(.*)'/.exec(stderr)?.[1]]);
      rmSync(place.path(file));
    }
    expect(found).toEqual([
      [2, 'etc'],
      [2, '.'],
      [2, 'here'],
      [2, 'here/etc'],
    ]);
  });
});
