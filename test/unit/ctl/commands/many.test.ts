import { describe, expect, test } from 'vitest';
import { clear } from '../../../../src/ctl/commands/clear.ts';
import { restart } from '../../../../src/ctl/commands/restart.ts';
import { signal } from '../../../../src/ctl/commands/signal.ts';
import { start } from '../../../../src/ctl/commands/start.ts';
import { stop } from '../../../../src/ctl/commands/stop.ts';
import { Fault, type FaultName } from '../../../../src/rpc/faults.ts';
import { result, run } from '../fake-context.ts';

describe('start', () => {
  test.each<[FaultName, string, number]>([
    ['BAD_NAME', 'no such process', 1],
    ['NO_FILE', 'no such file', 1],
    ['NOT_EXECUTABLE', 'file is not executable', 1],
    ['ALREADY_STARTED', 'already started', 0],
    ['SPAWN_ERROR', 'spawn error', 7],
    ['ABNORMAL_TERMINATION', 'abnormal termination', 7],
  ])('refused with %s says "%s" and exits with %d', async (fault, text, code) => {
    const ran = await run(start, 'web', { startProcess: new Fault(fault, 'web') });
    expect(ran).toMatchObject({ code, printed: [`web: ERROR (${text})`] });
  });

  test('the last failing name decides the exit code, a later success does not reset it', async () => {
    const faults: Record<string, Fault> = { a: new Fault('SPAWN_ERROR'), b: new Fault('BAD_NAME') };
    const startProcess = (name: string) => faults[name];
    expect(await run(start, 'a b c', { startProcess })).toMatchObject({ code: 1 });
    expect(await run(start, 'b a c', { startProcess })).toMatchObject({ code: 7 });
  });

  test('the results of a group are shown in the order the server gives', async () => {
    const startProcessGroup = [
      result('b', 'SPAWN_ERROR', { group: 'g' }),
      result('g', 'SUCCESS'),
      result('a', 'ALREADY_STARTED', { group: 'g' }),
    ];
    const ran = await run(start, 'g:*', { startProcessGroup });
    expect(ran.printed).toEqual(['g:b: ERROR (spawn error)', 'g: started', 'g:a: ERROR (already started)']);
    expect(ran).toMatchObject({ code: 7, calls: ['startProcessGroup g'] });
  });

  test('an unknown group exits with 2, and what follows is still started', async () => {
    const ran = await run(start, 'g: web', { startProcessGroup: new Fault('BAD_NAME'), startProcess: undefined });
    expect(ran).toMatchObject({ code: 2, printed: ['g: ERROR (no such group)', 'web: started'] });
  });

  test('all anywhere means all, once', async () => {
    const ran = await run(start, 'web all g:*', { startAllProcesses: [] });
    expect(ran).toMatchObject({ code: 0, calls: ['startAllProcesses'] });
  });

  test('start --no-deps starts what is named alone', async () => {
    const startAlone = (name: string) => {
      if (name === 'bad') throw new Fault('SPAWN_ERROR', name);
      return [result(name.replace(':*', ''), 'SUCCESS')];
    };
    expect(await run(start, '--no-deps web bad g:*', { startAlone })).toMatchObject({
      code: 7,
      printed: ['web: started', 'bad: ERROR (spawn error)', 'g: started'],
      calls: ['startAlone web', 'startAlone bad', 'startAlone g:*'],
    });
    expect((await run(start, 'all --no-deps', { startAlone })).calls).toEqual(['startAlone all']);
    expect(await run(start, '--no-deps', {})).toMatchObject({ code: 2, calls: [] });
  });

  test('start --no-deps is a plain start to Supervisor, which knows no dependencies', async () => {
    const startAlone = new Fault('UNKNOWN_METHOD');
    const script = { startAlone, startProcess: undefined, startProcessGroup: [], startAllProcesses: [] };
    expect(await run(start, '--no-deps web g:*', script)).toMatchObject({
      code: 0,
      printed: ['web: started'],
      calls: ['startAlone web', 'startProcess web', 'startAlone g:*', 'startProcessGroup g'],
    });
    expect((await run(start, '--no-deps all', script)).calls).toEqual(['startAlone all', 'startAllProcesses']);
  });

  test('a refusal without a text of its own is an error for the shell to show', async () => {
    const starting = run(start, 'web', { startProcess: new Fault('SHUTDOWN_STATE') });
    await expect(starting).rejects.toThrow('Unknown result code 6 for web');
  });
});

describe('stop and signal', () => {
  test('stop --close closes the sockets too, also of what does not run', async () => {
    const closeSockets = (name: string) => (name === 'web' ? ['tcp://127.0.0.1:80'] : []);
    const script = { stopProcess: new Fault('NOT_RUNNING'), stopProcessGroup: [result('a', 'SUCCESS')], closeSockets };
    const ran = await run(stop, '--close web a:*', script);
    expect(ran).toMatchObject({
      code: 0,
      printed: ['web: ERROR (not running)', 'a: stopped', 'web: closed tcp://127.0.0.1:80'],
      calls: ['stopProcess web', 'stopProcessGroup a', 'closeSockets web', 'closeSockets a:*'],
    });
    expect((await run(stop, 'all --close x', { stopAllProcesses: [], closeSockets: [] })).calls).toEqual([
      'stopAllProcesses',
      'closeSockets all',
    ]);
  });

  test('stop --close says why a socket stays open, and that Supervisor holds none', async () => {
    const stopProcess = undefined;
    const closing = await run(stop, '--close web', {
      stopProcess,
      closeSockets: new Fault('FAILED', 'web is RUNNING'),
    });
    expect(closing).toMatchObject({ code: 1, printed: ['web: stopped', 'web: ERROR (web is RUNNING)'] });
    const old = await run(stop, '--close web', { stopProcess, closeSockets: new Fault('UNKNOWN_METHOD') });
    expect(old).toMatchObject({ code: 1 });
    expect(old.printed[1]).toMatch(/^ERROR: this daemon holds no sockets/);
  });

  test('stopping what does not run is told, and no failure', async () => {
    const ran = await run(stop, 'web', { stopProcess: new Fault('NOT_RUNNING') });
    expect(ran).toMatchObject({ code: 0, printed: ['web: ERROR (not running)'] });
  });

  test('signalling what does not run is a failure', async () => {
    const ran = await run(signal, 'HUP web', { signalProcess: new Fault('NOT_RUNNING') });
    expect(ran).toMatchObject({ code: 7, printed: ['web: ERROR (not running)'], calls: ['signalProcess web HUP'] });
  });

  test('a failure prints what the server said, and nothing else', async () => {
    const fault = new Fault('FAILED', 'cannot kill');
    expect(await run(stop, 'web', { stopProcess: fault })).toMatchObject({ code: 1, printed: ['FAILED: cannot kill'] });
    const signalAllProcesses = [result('web', 'FAILED', { description: 'no way' })];
    expect(await run(signal, 'HUP all', { signalAllProcesses })).toMatchObject({ code: 1, printed: ['no way'] });
  });

  test('an unknown group is a plain failure', async () => {
    const ran = await run(stop, 'g:*', { stopProcessGroup: new Fault('BAD_NAME') });
    expect(ran).toMatchObject({ code: 1, printed: ['g: ERROR (no such group)'] });
  });
});

describe('restart', () => {
  test('stops all before it starts the first', async () => {
    const ran = await run(restart, 'a b', { stopProcess: undefined, startProcess: undefined });
    expect(ran.calls).toEqual(['stopProcess a', 'stopProcess b', 'startProcess a', 'startProcess b']);
    expect(ran.printed).toEqual(['a: stopped', 'b: stopped', 'a: started', 'b: started']);
  });

  test('of what does not run succeeds', async () => {
    const ran = await run(restart, 'a', { stopProcess: new Fault('NOT_RUNNING'), startProcess: undefined });
    expect(ran).toMatchObject({ code: 0, printed: ['a: ERROR (not running)', 'a: started'] });
  });

  test('a failed stop is not forgotten when the start succeeds', async () => {
    const ran = await run(restart, 'a', { stopProcess: new Fault('FAILED'), startProcess: undefined });
    expect(ran.code).toBe(1);
  });
});

test('clear of a whole group prints the process that Python calls None', async () => {
  const ran = await run(clear, 'g:*', { clearProcessLogs: new Fault('BAD_NAME', 'g:*') });
  expect(ran).toMatchObject({ code: 1, printed: ['g:None: ERROR (no such process)'], calls: ['clearProcessLogs g:*'] });
});

test.each([
  [start, 'start requires a process name', 2],
  [stop, 'stop requires a process name', 1],
  [restart, 'restart requires a process name', 1],
  [clear, 'clear requires a process name', 1],
  [signal, 'signal requires a signal name and a process name', 1],
])('$name without names says what it needs and prints its help', async (command, message, code) => {
  expect(await run(command, ' ')).toMatchObject({ code, printed: [`Error: ${message}`, command.help] });
});
