/** Several listeners and several pools: who is told what, what is kept and what is lost. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { needs } from '../../support/skips.ts';
import { describeKinds, textOf, untilState } from '../daemon/support.ts';
import { eventsIn, listener, newDir, pool, untilEvents } from './support.ts';

async function send(daemon: TestDaemon, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await daemon.rpc('supervisor.sendRemoteCommEvent', 'n', String(i));
}

const numbersIn = (path: string) => eventsIn(path).map(({ payload }) => payload.replace('type:n\n', ''));

needs('supervisor', 'python3').describe('pools', () => {
  const { test } = needs('supervisor', 'python3');

  describeKinds('under {kind}', (kind) => {
    test('the listeners of a pool share its events, and every pool has them all', async () => {
      const dir = newDir();
      const record = (name: string) => join(dir, `record-${name}`);
      await using daemon = await startDaemon({
        kind,
        dir,
        config:
          pool(
            'shared',
            listener(dir, 'slow', '%(here)s/record-%(process_num)d'),
            'REMOTE_COMMUNICATION',
            'numprocs=2',
            'process_name=%(program_name)s_%(process_num)d',
            'buffer_size=20',
          ) + pool('alone', listener(dir, 'recorder', record('alone')), 'REMOTE_COMMUNICATION', 'buffer_size=20'),
      });
      await send(daemon, 6);
      await daemon.until(
        'all are told',
        () =>
          numbersIn(record('0')).length + numbersIn(record('1')).length === 6 &&
          numbersIn(record('alone')).length === 6,
      );
      expect(numbersIn(record('0')).length).toBeGreaterThan(0);
      expect(numbersIn(record('1')).length).toBeGreaterThan(0);
      expect([...numbersIn(record('0')), ...numbersIn(record('1'))].sort()).toEqual(['0', '1', '2', '3', '4', '5']);
      const serials = (name: string) =>
        eventsIn(record(name)).map(({ headers }) => [headers['serial'], headers['pool']]);
      expect(serials('alone')).toEqual(['0', '1', '2', '3', '4', '5'].map((serial) => [serial, 'alone']));
    });

    test('a full buffer loses the oldest event, and the log says which', async () => {
      const dir = newDir();
      const record = join(dir, 'record');
      await using daemon = await startDaemon({
        kind,
        dir,
        config: pool(
          'watch',
          listener(dir, 'recorder', record),
          'REMOTE_COMMUNICATION',
          'buffer_size=2',
          'autostart=false',
        ),
      });
      await send(daemon, 5);
      await daemon.rpc('supervisor.startProcess', 'watch');
      await untilEvents(daemon, record, 'the rest is told', (events) => events.length === 2);
      expect(numbersIn(record)).toEqual(['3', '4']);
      expect(daemon.log().match(/ERRO pool watch event buffer overflowed, discarding event \d/g)).toEqual(
        [0, 1, 2].map((serial) => `ERRO pool watch event buffer overflowed, discarding event ${serial}`),
      );
    });

    test('events that nobody is READY for wait through a stop and a start of the listener', async () => {
      const dir = newDir();
      const record = join(dir, 'record');
      await using daemon = await startDaemon({
        kind,
        dir,
        config: pool('watch', listener(dir, 'recorder', record), 'REMOTE_COMMUNICATION'),
      });
      await send(daemon, 1);
      await untilEvents(daemon, record, 'the first is told', (events) => events.length === 1);
      await daemon.rpc('supervisor.stopProcess', 'watch');
      await send(daemon, 3);
      await daemon.rpc('supervisor.startProcess', 'watch');
      await untilEvents(daemon, record, 'the others are told', (events) => events.length === 4);
      expect(numbersIn(record)).toEqual(['0', '0', '1', '2']);
    });
  });

  test('without a written buffer_size a burst of hundreds is kept for a listener that is late', async () => {
    const dir = newDir();
    const record = join(dir, 'record');
    await using daemon = await startDaemon({
      dir,
      config: pool('watch', listener(dir, 'recorder', record), 'REMOTE_COMMUNICATION', 'autostart=false'),
    });
    await send(daemon, 300);
    await daemon.rpc('supervisor.startProcess', 'watch');
    await untilEvents(daemon, record, 'all are told', (events) => events.length === 300);
    expect(daemon.log()).not.toContain('overflowed');
  });

  test('a rejected event is not sent to other pools, and overlapping subscriptions not twice', async () => {
    const dir = newDir();
    const [rejected, other, twice] = ['rejected', 'other', 'twice'].map((name) => join(dir, name)) as [
      string,
      string,
      string,
    ];
    await using daemon = await startDaemon({
      dir,
      config:
        pool('rejecting', listener(dir, 'rejecter', rejected, '3'), 'REMOTE_COMMUNICATION') +
        pool('other', listener(dir, 'recorder', other), 'PROCESS_STATE_FATAL') +
        pool('twice', listener(dir, 'recorder', twice), 'EVENT,REMOTE_COMMUNICATION'),
    });
    await send(daemon, 1);
    await untilEvents(daemon, rejected, 'it is taken at last', (events) => events.length === 4);
    await untilEvents(daemon, twice, 'the third pool has it', (events) =>
      events.some(({ headers }) => headers['eventname'] === 'REMOTE_COMMUNICATION'),
    );
    expect(eventsIn(other)).toEqual([]);
    expect(eventsIn(twice).filter(({ headers }) => headers['eventname'] === 'REMOTE_COMMUNICATION')).toHaveLength(1);
  });

  test('serials go on through a restart of the daemon, those of the pool begin anew', async () => {
    const dir = newDir();
    const record = join(dir, 'record');
    await using daemon = await startDaemon({
      dir,
      config: pool('watch', listener(dir, 'recorder', record), 'REMOTE_COMMUNICATION'),
    });
    await send(daemon, 2);
    await untilEvents(daemon, record, 'both are told', (events) => events.length === 2);
    await daemon.rpc('supervisor.restart');
    await daemon.until('the next life is up', () => daemon.log().split('supervisord started').length === 3);
    await untilState(daemon, 'watch', 'RUNNING');
    await send(daemon, 1);
    const events = await untilEvents(daemon, record, 'the third is told', (all) => all.length === 3);
    expect(events.map(({ headers }) => `${headers['serial']}/${headers['poolserial']}`)).toEqual(['0/0', '1/1', '2/0']);
  });

  test('a listener’s pipe has room for an event with all that a program wrote at once', async () => {
    const dir = newDir();
    const look = `/usr/bin/python3 -c "import fcntl; open('size', 'w').write(str(fcntl.fcntl(0, 1032)) + '.')"`;
    await using daemon = await startDaemon({ dir, config: pool('watch', look, 'TICK_3600', `directory=${dir}`) });
    const size = await daemon.until('its size is written', () => /^(\d+)\.$/.exec(textOf(join(dir, 'size')))?.[1]);
    expect(Number(size)).toBeGreaterThan(4 * 65_536);
  });

  test('supervisor_stdout:event_handler puts the output of all programs on the daemon’s stdout', async () => {
    const dir = newDir();
    await using daemon = await startDaemon({
      dir,
      config:
        pool(
          'stdout',
          listener(dir, 'echoer'),
          'PROCESS_LOG',
          'buffer_size=100',
          'result_handler=supervisor_stdout:event_handler',
        ) +
        ['[program:web]', `command=sh -c "echo one; echo two; exec sleep 600"`, 'stdout_events_enabled=true', ''].join(
          '\n',
        ),
    });
    await daemon.until('the lines are printed', () => daemon.log().includes('web stdout | two\n'));
    expect(daemon.log()).toContain('web stdout | one\nweb stdout | two\n');
    expect(textOf(join(dir, 'supervisord.log'))).not.toContain('web stdout |');
  });
});
