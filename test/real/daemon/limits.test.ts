import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { type DaemonKind, dist, ours } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';
import { isRoot, Place, sections, started } from './place.ts';
import { describeKinds, program, script } from './support.ts';

/** As an installed command is called: by its file, which is a script. */
const installed: DaemonKind = { ...ours, daemon: [join(dist, 'tssupervisord.cjs')] };

const limited = (kind: DaemonKind, nofile: string): DaemonKind => ({
  ...kind,
  daemon: ['prlimit', `--nofile=${nofile}`, ...kind.daemon],
});

describeKinds('the limit of open files that programs get from {kind}', (given, isOurs) => {
  const kind = isOurs ? installed : given;
  const ask = script(
    'limit',
    'ulimit -n; ulimit -Hn; env; exec cat',
    'startsecs=0',
    'stdout_logfile=%(here)s/limit.log',
  );

  test.each([
    ['that of the daemon at its start', '2000:4096', '1024', '2000\n4096\n', false],
    ['minfds if that is more', '1024:4096', '1500', '1500\n4096\n', true],
  ])('is %s', async (_, nofile, minfds, expected, isRaised) => {
    const config = sections.replace('[supervisord]', `[supervisord]\nminfds=${minfds}`) + ask;
    for (const mode of ['foreground', 'background'] as const) {
      await using place = new Place(limited(kind, nofile), config);
      const daemon = mode === 'foreground' ? place.start() : undefined;
      if (daemon === undefined) await place.run('-c', place.path('s.conf'));
      await until('the program has said it', () => place.text('limit.log').includes('SUPERVISOR_'));
      expect([mode, place.text('limit.log').slice(0, expected.length)]).toEqual([mode, expected]);
      expect(place.text('d.log').includes(`INFO Increased RLIMIT_NOFILE limit to ${minfds}\n`)).toBe(isRaised);
      expect(place.text('limit.log')).not.toContain('TSSUPERVISORD_');
    }
  });
});

describe.runIf(isRoot)('a daemon that may make no more processes', () => {
  describeKinds('{kind}', (kind) => {
    test('says so, tries again, and goes on once it may', async () => {
      const config = `${sections}${program('cat', 'cat', 'autostart=false', 'startsecs=0')}`;
      const user = ['setpriv', '--reuid=64321', '--regid=64321', '--clear-groups'];
      await using place = new Place({ ...kind, daemon: [...user, ...kind.daemon] }, config);
      chmodSync(place.dir, 0o777);
      const daemon = place.start('--minprocs', '1');
      await daemon.says(started);
      const allow = (limit: string) =>
        runCommand([...user, 'prlimit', '--pid', String(daemon.pid), `--nproc=${limit}:4000`]);
      expect(await allow('1')).toMatchObject({ code: 0 });
      expect((await place.ctl('start', 'cat')).stdout).toBe('cat: ERROR (spawn error)\n');
      expect(daemon.output).toContain("INFO spawnerr: Too many processes in process table to spawn 'cat'\n");
      await allow('4000');
      await daemon.says('cat entered RUNNING');
      daemon.kill('SIGTERM');
      expect(await daemon.ended).toBe(0);
    });
  });
});
