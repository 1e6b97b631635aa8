import { describe, expect, test } from 'vitest';
import { fg } from '../../../../src/ctl/commands/fg.ts';
import { help } from '../../../../src/ctl/commands/help.ts';
import { maintail } from '../../../../src/ctl/commands/maintail.ts';
import { quit } from '../../../../src/ctl/commands/quit.ts';
import { reload } from '../../../../src/ctl/commands/reload.ts';
import { shutdown } from '../../../../src/ctl/commands/shutdown.ts';
import { tail } from '../../../../src/ctl/commands/tail.ts';
import { commands } from '../../../../src/ctl/commands.ts';
import { Fault } from '../../../../src/rpc/faults.ts';
import { processInfo, run, systemError } from '../fake-context.ts';

describe('tail', () => {
  test('--since reads from where that time is in the log, and says what has been rotated away', async () => {
    const script = { getLogOffset: { offset: 70, isCut: true }, readProcessStderrLog: 'new' };
    expect(await run(tail, '--since 10m web stderr', script)).toMatchObject({
      code: 0,
      printed: ['(older lines are in a file that has been rotated away)', 'new'],
      calls: ['getLogOffset web stderr 10m', 'readProcessStderrLog web 70 0'],
    });
  });

  test('--since says why there is nothing to show', async () => {
    const refused = async (fault: Fault) => (await run(tail, '--since 10m web', { getLogOffset: fault })).printed[0];
    expect(await refused(new Fault('BAD_NAME', 'web'))).toBe('web: ERROR (no such process name)');
    expect(await refused(new Fault('NO_FILE'))).toBe('web: ERROR (no log file)');
    expect(await refused(new Fault('BAD_ARGUMENTS', 'no channel x'))).toBe('Error: no channel x');
    expect(await refused(new Fault('UNKNOWN_METHOD'))).toMatch(/^ERROR: this daemon keeps no times of logs/);
    expect(await run(tail, '--since 10m')).toMatchObject({ code: 1, calls: [] });
  });

  const logs = { readProcessStdoutLog: 'out', readProcessStderrLog: 'err', readLog: 'main' };

  test.each([
    ['web', 'readProcessStdoutLog web -1600 0'],
    ['-100 web', 'readProcessStdoutLog web -100 0'],
    ['-1_00 web stderr', 'readProcessStderrLog web -100 0'],
    ['-f web', 'follow /logtail/web/stdout'],
    ['-f g:web STDERR', 'follow /logtail/g:web/stderr'],
  ])('tail %s asks for %s', async (argument, call) => {
    expect((await run(tail, argument, logs)).calls).toEqual([call]);
  });

  test.each([
    ['', 'Error: too few arguments'],
    ['a b c d', 'Error: too many arguments'],
    ['-f', 'Error: tail requires process name'],
    ['web foo', "Error: bad channel 'foo'"],
    ['-z web', 'Error: bad argument -z'],
    ['-1.5 web', 'Error: bad argument -1.5'],
  ])('tail %s says "%s"', async (argument, message) => {
    const ran = await run(tail, argument, logs);
    expect(ran).toMatchObject({ code: 1, calls: [] });
    expect(ran.printed[0]).toBe(message);
  });

  test.each([
    ['NO_FILE', 'no log file'],
    ['FAILED', 'unknown error reading log'],
    ['BAD_NAME', 'no such process name'],
  ] as const)('a log refused with %s says "%s"', async (fault, text) => {
    const ran = await run(tail, 'web', { readProcessStdoutLog: new Fault(fault) });
    expect(ran).toMatchObject({ code: 1, printed: [`web: ERROR (${text})`] });
  });

  test('the main log is the supervisor’s', async () => {
    expect((await run(maintail, '-5', logs)).calls).toEqual(['readLog -5 0']);
    expect((await run(maintail, '-f', logs)).calls).toEqual(['follow /mainlogtail']);
    expect((await run(maintail, '', { readLog: new Fault('NO_FILE') })).printed).toEqual([
      'supervisord: ERROR (no log file)',
    ]);
    expect((await run(maintail, 'web', logs)).printed).toEqual(['Error: bad argument web']);
  });
});

describe('shutdown and reload', () => {
  test('ask in the shell, and only y proceeds', async () => {
    const questions: string[] = [];
    const answering = (answer: string) => ({
      isInteractive: true,
      ask: async (question: string) => {
        questions.push(question);
        return answer;
      },
    });
    for (const answer of ['', 'n', ' y', 'no']) {
      expect(await run(shutdown, '', {}, answering(answer))).toMatchObject({ code: 0, printed: [] });
    }
    expect(await run(shutdown, '', { shutdown: undefined }, answering('y'))).toMatchObject({ printed: ['Shut down'] });
    const reloaded = await run(reload, '', { restart: undefined }, answering('Yes'));
    expect(reloaded.printed).toEqual(['Restarted supervisord']);
    expect(new Set(questions)).toEqual(
      new Set([
        'Really shut the remote supervisord process down y/N? ',
        'Really restart the remote supervisord process y/N? ',
      ]),
    );
  });

  test('a second shutdown is no failure, a reload during it is one', async () => {
    const fault = new Fault('SHUTDOWN_STATE');
    const printed = ['ERROR: already shutting down'];
    expect(await run(shutdown, '', { shutdown: fault })).toMatchObject({ code: 0, printed });
    expect(await run(reload, '', { restart: fault })).toMatchObject({ code: 1, printed });
  });

  test('a daemon that is gone already is named', async () => {
    const ran = await run(shutdown, '', { shutdown: systemError('ENOENT') });
    expect(ran).toMatchObject({ code: 1, printed: ['ERROR: unix:///s.sock no such file (already shut down?)'] });
  });
});

describe('fg', () => {
  test('brings a running process to the foreground', async () => {
    const ran = await run(fg, 'web', { getProcessInfo: processInfo('web', 'RUNNING') });
    expect(ran).toMatchObject({ code: 0, calls: ['getProcessInfo web', 'foreground web'] });
  });

  test('refuses one that does not run, exists not, or is not one', async () => {
    const stopped = await run(fg, 'web', { getProcessInfo: processInfo('web', 'BACKOFF') });
    expect(stopped).toMatchObject({ code: 1, printed: ['ERROR: process not running'] });
    const unknown = await run(fg, 'web', { getProcessInfo: new Fault('BAD_NAME') });
    expect(unknown).toMatchObject({ code: 1, printed: ['ERROR: bad process name supplied'] });
    expect((await run(fg, 'a b')).printed).toEqual(['ERROR: too many process names supplied']);
  });

  test('shows any other refusal as Python does, and exits with 0', async () => {
    const ran = await run(fg, 'web', { getProcessInfo: new Fault('FAILED', "it's") });
    expect(ran).toMatchObject({ code: 0, printed: [`ERROR: <Fault 30: "FAILED: it's">`] });
  });
});

describe('help', () => {
  const ours = { ...quit, name: 'dash', isOurs: true };

  test('off a terminal lists what Supervisor lists, and nothing of ours', async () => {
    const { printed } = await run(help, '', {}, { commands: [...commands, ours] });
    expect(printed).toEqual([
      '',
      'default commands (type help <topic>):',
      '=====================================',
      'add    exit      open  reload  restart   start   tail   ',
      'avail  fg        pid   remove  shutdown  status  update ',
      'clear  maintail  quit  reread  signal    stop    version',
      '',
    ]);
  });

  test('at a terminal our own commands follow in a block of their own', async () => {
    const { printed } = await run(help, '', {}, { commands: [...commands, ours], isTerminal: true });
    const names = commands.filter(({ isOurs }) => isOurs).map(({ name }) => name);
    expect(names).toContain('roll');
    expect(printed.slice(7, 10)).toEqual(['', 'tssupervisor commands (type help <topic>):', '='.repeat(42)]);
    expect(printed.slice(10).join(' ').split(/\s+/).filter(Boolean).sort()).toEqual([...names, 'dash'].sort());
  });

  test('an unknown topic is told, and no failure', async () => {
    expect(await run(help, 'nobody')).toMatchObject({ code: 0, printed: ['*** No help on nobody'] });
  });
});
