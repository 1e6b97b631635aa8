/**
 * Event listeners as Supervisor's users write them, with its library `childutils`, under both daemons: what both do is
 * what Supervisor does.
 */
import { join } from 'node:path';
import { expect } from 'vitest';
import { startDaemon } from '../../support/daemon.ts';
import { needs } from '../../support/skips.ts';
import { describeKinds, script, textOf, untilState } from '../daemon/support.ts';
import { eventsIn, listener, newDir, pool, type SentEvent, untilEvents, wordsOf } from './support.ts';

const plain = 'a plain line of more than a token\n';
const isName = (name: string) => (event: SentEvent) => event.headers['eventname'] === name;
const about = (name: string) => (event: SentEvent) => event.payload.startsWith(`processname:${name} `);

needs('supervisor').describe('listeners with childutils', () => {
  describeKinds('under {kind}', (kind, isOurs) => {
    const { test } = needs('supervisor', 'python3');

    test('every step of a life is told, in order, with its words', async () => {
      const dir = newDir();
      const record = join(dir, 'record');
      await using daemon = await startDaemon({
        kind,
        dir,
        config:
          pool(
            'watch',
            listener(dir, 'recorder', record),
            'PROCESS_STATE,SUPERVISOR_STATE_CHANGE,PROCESS_GROUP',
            'buffer_size=100',
          ) +
          script('steady', 'exec sleep 600', 'autostart=false', 'startsecs=1') +
          script('brief', 'sleep 0.2; exit 3', 'autostart=false', 'startsecs=0', 'autorestart=false', 'exitcodes=0') +
          script('fine', 'exit 0', 'autostart=false', 'startsecs=0', 'autorestart=false') +
          script('hasty', 'exit 1', 'autostart=false', 'startretries=1'),
      });
      await daemon.rpc('supervisor.startProcess', 'steady');
      await daemon.rpc('supervisor.stopProcess', 'steady');
      await daemon.rpc('supervisor.startProcess', 'brief', false);
      await untilState(daemon, 'brief', 'EXITED');
      await daemon.rpc('supervisor.startProcess', 'fine', false);
      await untilState(daemon, 'fine', 'EXITED');
      await daemon.rpc('supervisor.startProcess', 'hasty', false);
      await untilState(daemon, 'hasty', 'FATAL');
      await daemon.rpc('supervisor.removeProcessGroup', 'fine');
      const events = await untilEvents(daemon, record, 'the last event is told', (all) =>
        all.some(isName('PROCESS_GROUP_REMOVED')),
      );
      const told = events.map(wordsOf);
      const of = (name: string) => events.filter(about(name)).map(wordsOf);
      const state = (name: string, to: string, rest: string) =>
        `PROCESS_STATE_${to} "processname:${name} groupname:${name} from_state:${rest}"`;
      expect(of('steady')).toEqual([
        state('steady', 'STARTING', 'STOPPED tries:0'),
        state('steady', 'RUNNING', 'STARTING pid:N'),
        state('steady', 'STOPPING', 'RUNNING pid:N'),
        state('steady', 'STOPPED', 'STOPPING pid:N'),
      ]);
      expect(of('brief').slice(1)).toEqual([
        state('brief', 'RUNNING', 'STARTING pid:N'),
        state('brief', 'EXITED', 'RUNNING expected:0 pid:N'),
      ]);
      expect(of('fine').at(-1)).toBe(state('fine', 'EXITED', 'RUNNING expected:1 pid:N'));
      expect(of('hasty')).toEqual([
        state('hasty', 'STARTING', 'STOPPED tries:0'),
        state('hasty', 'BACKOFF', 'STARTING tries:1'),
        state('hasty', 'STARTING', 'BACKOFF tries:1'),
        state('hasty', 'BACKOFF', 'STARTING tries:2'),
        state('hasty', 'FATAL', 'BACKOFF'),
      ]);
      // A pool hears of itself and of the groups after it, then that the daemon is up, then of the first start.
      const groups = ['watch', 'brief', 'fine', 'hasty', 'steady'];
      expect(told.slice(0, 7)).toEqual([
        ...groups.map((name) => `PROCESS_GROUP_ADDED ${JSON.stringify(`groupname:${name}\n`)}`),
        'SUPERVISOR_STATE_CHANGE_RUNNING ""',
        state('watch', 'STARTING', 'STOPPED tries:0'),
      ]);
      expect(told.at(-1)).toBe(`PROCESS_GROUP_REMOVED ${JSON.stringify('groupname:fine\n')}`);
      // Serials count from zero, without a gap, and the pool's beside them.
      expect(events.map(({ headers }) => headers['serial'])).toEqual(events.map((_, index) => String(index)));
      expect(events.map(({ headers }) => headers['poolserial'])).toEqual(events.map((_, index) => String(index)));
      for (const { headers, payload } of events) {
        expect(headers).toMatchObject({ ver: '3.0', server: 'supervisor', pool: 'watch', len: String(payload.length) });
      }
    });

    test('the end of the daemon is told, and what stops before the listener', async () => {
      const dir = newDir();
      const record = join(dir, 'record');
      const daemon = await startDaemon({
        kind,
        dir,
        config:
          pool('watch', listener(dir, 'recorder', record), 'PROCESS_STATE_STOPPED,SUPERVISOR_STATE_CHANGE_STOPPING') +
          script('cat', 'exec cat') +
          // The second to stop, and slow enough for the listener to hear of the first.
          script('dog', `trap 'sleep 1; exit 0' TERM; while :; do sleep 0.1; done`, 'priority=1'),
      });
      await untilState(daemon, 'cat', 'RUNNING');
      await daemon.rpc('supervisor.shutdown');
      await daemon.ended;
      expect(eventsIn(record).map(wordsOf).slice(0, 2)).toEqual([
        'SUPERVISOR_STATE_CHANGE_STOPPING ""',
        'PROCESS_STATE_STOPPED "processname:cat groupname:cat from_state:STOPPING pid:N"',
      ]);
      await daemon.stop();
    });

    test('output, communications and messages from outside are told, with len in characters', async () => {
      const dir = newDir();
      const record = join(dir, 'record');
      const capture = ['stdout_capture_maxbytes=1KB', 'stderr_capture_maxbytes=1KB'];
      const logs = ['stdout_events_enabled=true', 'stderr_events_enabled=true'];
      await using daemon = await startDaemon({
        kind,
        dir,
        config:
          pool('watch', listener(dir, 'recorder', record), 'PROCESS_COMMUNICATION,PROCESS_LOG,REMOTE_COMMUNICATION') +
          ['[program:talker]', `command=${listener(dir, 'talker')}`, ...capture, ...logs, ''].join('\n'),
      });
      await daemon.rpc('supervisor.sendRemoteCommEvent', 'deploy', 'Malmö bridge 😀\nsecond line');
      const isTold = (name: string) => (all: readonly SentEvent[]) => all.some(isName(name));
      const events = await untilEvents(
        daemon,
        record,
        'all kinds are told',
        (all) =>
          isTold('REMOTE_COMMUNICATION')(all) &&
          isTold('PROCESS_COMMUNICATION_STDERR')(all) &&
          all.some(({ payload }) => payload.endsWith(plain)),
      );
      const told = events.map(wordsOf);
      const names = 'processname:talker groupname:talker pid:N';
      expect(told).toContain(`PROCESS_COMMUNICATION_STDOUT ${JSON.stringify(`${names}\nsaid on stdout é 😀`)}`);
      expect(told).toContain(`PROCESS_COMMUNICATION_STDERR ${JSON.stringify(`${names}\nsaid on stderr`)}`);
      expect(told).toContain(`PROCESS_LOG_STDOUT ${JSON.stringify(`${names} channel:stdout\n${plain}`)}`);
      expect(told).toContain(`REMOTE_COMMUNICATION ${JSON.stringify('type:deploy\nMalmö bridge 😀\nsecond line')}`);
      for (const { headers, payload } of events) expect(headers['len']).toBe(String([...payload].length));
      expect(
        textOf(
          String(
            ((await daemon.rpc('supervisor.getProcessInfo', 'talker')) as Record<string, unknown>)['stdout_logfile'],
          ),
        ),
      ).toBe(plain);
    });

    test('a rejected event is sent again with the same numbers until it is taken', async () => {
      const dir = newDir();
      const record = join(dir, 'record');
      await using daemon = await startDaemon({
        kind,
        dir,
        config: pool('watch', listener(dir, 'rejecter', record, '2'), 'REMOTE_COMMUNICATION'),
      });
      await daemon.rpc('supervisor.sendRemoteCommEvent', 'a', '1');
      await daemon.rpc('supervisor.sendRemoteCommEvent', 'b', '2');
      const events = await untilEvents(daemon, record, 'both are taken', (all) => all.length >= 4);
      expect(events.map(({ headers, payload }) => [headers['serial'], headers['poolserial'], payload])).toEqual([
        ['0', '0', 'type:a\n1'],
        ['0', '0', 'type:a\n1'],
        ['0', '0', 'type:a\n1'],
        ['1', '1', 'type:b\n2'],
      ]);
      expect(daemon.log().match(/WARN watch: event was rejected/g)).toHaveLength(2);
    });

    test('an event that a listener died with is sent to its next life', async () => {
      const dir = newDir();
      const record = join(dir, 'record');
      await using daemon = await startDaemon({
        kind,
        dir,
        config: pool(
          'watch',
          listener(dir, 'mortal', record, join(dir, 'died')),
          'REMOTE_COMMUNICATION',
          'autorestart=true',
        ),
      });
      await daemon.rpc('supervisor.sendRemoteCommEvent', 'a', '1');
      const events = await untilEvents(daemon, record, 'it is told again', (all) => all.length >= 2);
      expect(events.map(({ headers }) => headers['serial'])).toEqual(['0', '0']);
    });

    test('a listener may ask the daemon about what it was told', async () => {
      const dir = newDir();
      const record = join(dir, 'record');
      await using daemon = await startDaemon({
        kind,
        dir,
        config:
          pool('watch', listener(dir, 'caller', record), 'PROCESS_STATE_EXITED') +
          script('job', 'exit 0', 'autostart=false', 'startsecs=0', 'autorestart=false'),
      });
      await daemon.rpc('supervisor.startProcess', 'job', false);
      await daemon.until('the answer is written', () => textOf(record) !== '');
      expect(textOf(record)).toBe('PROCESS_STATE_EXITED EXITED\n');
    });

    test('what breaks the protocol is deaf from then on, and says so once', async () => {
      const dir = newDir();
      await using daemon = await startDaemon({
        kind,
        dir,
        config: pool(
          'watch',
          `sh -c "echo READY; read line; echo 'RESULT x'; cat >%(here)s/rest"`,
          'REMOTE_COMMUNICATION',
        ),
      });
      await daemon.rpc('supervisor.sendRemoteCommEvent', 'a', '1');
      await daemon.until('it is UNKNOWN', () => daemon.log().includes('entered the UNKNOWN state'));
      await daemon.until('it has read the rest', () => textOf(join(dir, 'rest')) !== '');
      await daemon.rpc('supervisor.sendRemoteCommEvent', 'b', '2');
      await daemon.rpc('supervisor.getState');
      expect(daemon.log()).toContain("WARN watch: bad result line: 'RESULT x'");
      expect(daemon.log().match(/entered the UNKNOWN state/g)).toHaveLength(1);
      expect(textOf(join(dir, 'rest'))).toBe('type:a\n1');
    });

    test('the debug log shows the protocol as Supervisor shows it', async () => {
      const dir = newDir();
      await using daemon = await startDaemon({
        kind,
        dir,
        args: ['-e', 'debug'],
        config: pool('watch', listener(dir, 'recorder', join(dir, 'record')), 'REMOTE_COMMUNICATION'),
      });
      await daemon.rpc('supervisor.sendRemoteCommEvent', 'a', '1');
      await daemon.until('it is READY again', () => daemon.log().split('ACKNOWLEDGED -> READY').length === 3);
      const lines = daemon
        .log()
        .split('\n')
        .map((line) => line.replace(/^\S+ \S+ /, ''))
        .filter((line) => /watch: |event 0 sent|^'watch' stdout|^b'/.test(line.replace(/^DEBG /, '')));
      const expected = [
        "DEBG 'watch' stdout output:",
        "b'READY\\n'",
        'DEBG watch: ACKNOWLEDGED -> READY',
        'DEBG event 0 sent to listener watch',
        "DEBG 'watch' stdout output:",
        "b'RESULT 2\\nOKREADY\\n'",
        'DEBG watch: event was processed',
        'DEBG watch: BUSY -> ACKNOWLEDGED',
        'DEBG watch: ACKNOWLEDGED -> READY',
      ];
      // Whether Supervisor reads the result and the READY in one piece depends on its luck; ours sees to it.
      const glued = lines.filter(
        (line, index) => !(line === "b'RESULT 2\\nOK'" || (line === "b'READY\\n'" && index > 2)),
      );
      if (isOurs || lines.includes("b'RESULT 2\\nOKREADY\\n'")) expect(lines).toEqual(expected);
      else expect(glued).toContain('DEBG watch: BUSY -> ACKNOWLEDGED');
    });

    test('a listener added later hears of itself, one removed hears no more', async () => {
      const dir = newDir();
      const record = join(dir, 'record');
      const first = script('cat', 'exec cat', 'startsecs=0');
      await using daemon = await startDaemon({ kind, dir, config: first });
      await untilState(daemon, 'cat', 'RUNNING');
      daemon.writeConfig(first + pool('late', listener(dir, 'recorder', record), 'PROCESS_GROUP'));
      await daemon.rpc('supervisor.reloadConfig');
      await daemon.rpc('supervisor.addProcessGroup', 'late');
      await untilEvents(daemon, record, 'it hears of itself', (all) => all.length === 1);
      await daemon.rpc('supervisor.stopProcessGroup', 'late');
      await daemon.rpc('supervisor.removeProcessGroup', 'late');
      expect(eventsIn(record).map(wordsOf)).toEqual([`PROCESS_GROUP_ADDED ${JSON.stringify('groupname:late\n')}`]);
    });

    test('ticks come at multiples of five seconds', async () => {
      const dir = newDir();
      const record = join(dir, 'record');
      await using daemon = await startDaemon({
        kind,
        dir,
        config: pool('watch', listener(dir, 'recorder', record), 'TICK_5'),
      });
      const events = await untilEvents(daemon, record, 'a tick is told', (all) => all.length > 0);
      expect(events.map(wordsOf)[0]).toBe('TICK_5 "when:N"');
      expect(Number(/when:(\d+)/.exec(events[0]?.payload ?? '')?.[1]) % 5).toBe(0);
    });
  });
});
