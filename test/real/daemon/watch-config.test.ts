import { mkdirSync, mkdtempSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { infoOf, program, untilState, withDaemon } from './support.ts';

const main = (...programs: string[]) =>
  [
    '[supervisord]\nlogfile=%(here)s/supervisord.log\npidfile=%(here)s/supervisord.pid\n',
    'loglevel=debug\nwatch_config=true\n\n[include]\nfiles=conf.d/*.conf\n\n',
    ...programs,
  ].join('');

const kept = program('kept', 'cat', 'startsecs=0');

describe('watch_config', () => {
  withDaemon(
    'under tssupervisord',
    () => {
      const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
      mkdirSync(join(dir, 'conf.d'));
      return { dir, config: main(kept) };
    },
    (daemon) => {
      const at = (name: string) => join(daemon().dir, name);
      const untilLog = (text: string | RegExp) =>
        daemon().until(`the log has ${text}`, () => new RegExp(text).exec(daemon().log()) ?? undefined);
      const watched = () => daemon().log().split('the configuration is watched').length - 1;

      test('what changes in a file, and a file that an include means, is made so by itself', async () => {
        await daemon().until('it watches', () => watched() === 1);
        const { pid } = await untilState(daemon(), 'kept', 'RUNNING');
        // Written beside it and renamed, as editors and deployments do.
        writeFileSync(at('conf.d/web.conf.tmp'), program('web', 'cat', 'startsecs=0'));
        renameSync(at('conf.d/web.conf.tmp'), at('conf.d/web.conf'));
        const web = await untilState(daemon(), 'web', 'RUNNING');
        await untilLog(/INFO \S+\/conf\.d\/web\.conf changed: update\n/);
        await untilLog('INFO update: web: added process group\n');
        await daemon().until('it watches the new file', () => watched() === 2);

        writeFileSync(at('conf.d/web.conf'), program('web', 'cat', 'startsecs=0', 'environment=A="1"'));
        await untilLog('INFO update: web: updated process group\n');
        await daemon().until(
          'web is another',
          async () => (await untilState(daemon(), 'web', 'RUNNING')).pid !== web.pid,
        );

        unlinkSync(at('conf.d/web.conf'));
        await untilLog('INFO update: web: removed process group\n');
        await daemon().until('it watches no more than there is', () => watched() === 3);
        expect((await infoOf(daemon(), 'kept')).pid).toBe(pid);
      });

      test('a mistake changes nothing and is one line in the log; mended, it counts', async () => {
        const { pid } = await infoOf(daemon(), 'kept');
        daemon().writeConfig(main(kept, program('late', 'cat', 'startsecs=soon', 'umask=x')));
        await untilLog(
          /ERRO \S+\/supervisord\.conf changed, which cannot be used, and nothing is updated: \S+:\d+: \[program:late\] startsecs: .*\(and 1 more\)\n/,
        );
        await expect(infoOf(daemon(), 'late')).rejects.toThrow('BAD_NAME');
        daemon().writeConfig(main(kept, program('late', 'cat', 'startsecs=0')));
        await untilState(daemon(), 'late', 'RUNNING');
        expect((await infoOf(daemon(), 'kept')).pid).toBe(pid);
        expect(daemon().log().match(/ERRO /g)).toHaveLength(1);
      });

      test('a change that means nothing restarts nothing', async () => {
        const { pid } = await infoOf(daemon(), 'late');
        daemon().writeConfig(`${main(kept, program('late', 'cat', 'startsecs=0'))}\n; a remark\n`);
        await untilLog('supervisord.conf changed: nothing to update\n');
        expect((await infoOf(daemon(), 'late')).pid).toBe(pid);
      });
    },
  );
});
