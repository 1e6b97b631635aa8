/** Settings of listeners, and of programs as listeners see them, under both daemons. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { needs } from '../../support/skips.ts';
import { describeKinds, linesOf, logLines, program, script, untilState, withDaemon } from '../daemon/support.ts';
import { listener, untilEvents, wordsOf } from './support.ts';

needs('supervisor', 'python3').describe('what the settings of listeners do', () => {
  describeKinds('under {kind}', (kind) => {
    const dir = () => mkdtempSync(join(tmpdir(), 'tssupervisor-'));
    const config = (place: string) =>
      [
        `[eventlistener:watch]\ncommand=${listener(place, 'recorder', '%(here)s/record')}\n`,
        'events=PROCESS_LOG\nstdout_events_enabled=true\nstdout_capture_maxbytes=1KB\nbuffer_size=50\n\n',
        program('early', 'cat', 'priority=0'),
        script('errors', 'exec cat >&2', 'stderr_events_enabled=true'),
        script('quiet', 'exec cat', 'stderr_events_enabled=true'),
      ].join('');

    withDaemon(
      'in one daemon',
      () => {
        const place = dir();
        return { kind, dir: place, config: config(place) };
      },
      (daemon) => {
        test('a pool has priority -1: it is started before programs with 0', async () => {
          for (const name of ['watch', 'early', 'errors', 'quiet']) await untilState(daemon(), name, 'RUNNING');
          const spawned = logLines(daemon()).flatMap(({ text }) => /spawned: '(\w+)'/.exec(text)?.[1] ?? []);
          expect(spawned.slice(0, 2)).toEqual(['watch', 'early']);
          expect(linesOf(daemon(), 'watch')).toHaveLength(2);
        });

        test('stderr_events_enabled announces what is written to stderr, stdout_events_enabled of a listener nothing', async () => {
          await daemon().rpc('supervisor.sendProcessStdin', 'quiet', 'to stdout\n');
          await daemon().rpc('supervisor.sendProcessStdin', 'errors', 'to stderr\n');
          const path = join(daemon().dir, 'record');
          const events = await untilEvents(daemon(), path, 'it is told', (all) => all.length > 0);
          await daemon().rpc('supervisor.sendProcessStdin', 'errors', 'more\n');
          const all = await untilEvents(daemon(), path, 'more is told', (told) => told.length > events.length);
          const words = (text: string) =>
            `PROCESS_LOG_STDERR ${JSON.stringify(`processname:errors groupname:errors pid:N channel:stderr\n${text}`)}`;
          expect(all.map(wordsOf)).toEqual([words('to stderr\n'), words('more\n')]);
        });

        test('redirect_stderr=true is refused for a listener, in Supervisor’s words', async () => {
          daemon().writeConfig(config(daemon().dir).replace('buffer_size=50', 'redirect_stderr=true'));
          await expect(daemon().rpc('supervisor.reloadConfig')).rejects.toThrow(
            'CANT_REREAD: [eventlistener:watch] section sets redirect_stderr=true but this is not allowed because it will interfere with the eventlistener protocol',
          );
        });
      },
    );
  });
});
