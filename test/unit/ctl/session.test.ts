import { describe, expect, test } from 'vitest';
import { Interrupted } from '../../../src/ctl/command.ts';
import { commands } from '../../../src/ctl/commands.ts';
import { type Client, Session, type SessionHost } from '../../../src/ctl/session.ts';
import { ProtocolError, type ServerLogin } from '../../../src/rpc/client.ts';
import { Fault } from '../../../src/rpc/faults.ts';
import { BadAnswer } from '../../../src/rpc/http-answer.ts';
import { systemError } from './fake-context.ts';

const nobody: ServerLogin = { serverurl: 'unix:///s.sock', username: undefined, password: undefined };

function sessionWith(call: (method: string, login: ServerLogin) => unknown, more: Partial<SessionHost> = {}) {
  const printed: string[] = [];
  let open = 0;
  const clientFor = (login: ServerLogin): Client => ({
    call: async (method) => {
      open += 1;
      const answer = call(method, login);
      if (answer instanceof Error) throw answer;
      return answer as string;
    },
    close: () => {
      open = 0;
    },
  });
  const host: SessionHost = {
    commands,
    isInteractive: false,
    isTerminal: false,
    diagnose: async () => ({ file: undefined, problems: [], findings: [] }),
    print: (line) => printed.push(line),
    ask: async () => 'joe',
    orInterrupted: (work) => work,
    askSecret: async () => 'secret',
    followLog: async () => {},
    foreground: async () => {},
    daemons: () => [],
    openDashboard: async () => 0,
    waitFor: async () => 0,
    ...more,
  };
  return { session: new Session(nobody, host, clientFor), printed, openCalls: () => open };
}

const version = (method: string) => (method === 'supervisor.getVersion' ? '3.0' : '4.2.5');

describe('a line', () => {
  test('runs its command, and the connection is closed behind it', async () => {
    const { session, printed, openCalls } = sessionWith(version);
    expect(await session.run('version')).toBe(0);
    expect(printed).toEqual(['4.2.5']);
    expect(openCalls()).toBe(0);
  });

  test('of no command is unknown', async () => {
    const { session, printed } = sessionWith(version);
    expect(await session.run(' foo bar ')).toBe(1);
    expect(await session.run('!ls')).toBe(1);
    expect(printed).toEqual(['*** Unknown syntax: foo bar', '*** Unknown syntax: !ls']);
  });

  test('that is empty does nothing, also after a command', async () => {
    const { session, printed } = sessionWith(version);
    expect(await session.run('')).toBe(0);
    expect(printed).toEqual([]);
  });

  test.each([
    [new Fault('SHUTDOWN_STATE'), "<class 'xmlrpc.client.Fault'>, <Fault 6: 'SHUTDOWN_STATE'>"],
    [systemError('ECONNREFUSED'), "<class 'ConnectionRefusedError'>, [Errno 111] Connection refused"],
    [systemError('ENOENT'), "<class 'FileNotFoundError'>, [Errno 2] No such file or directory"],
    [systemError('ENOTFOUND'), "<class 'socket.gaierror'>, [Errno -2] Name or service not known"],
    [
      new ProtocolError(500, 'Internal Server Error'),
      "<class 'xmlrpc.client.ProtocolError'>, <ProtocolError for 127.0.0.1/RPC2: 500 Internal Server Error>",
    ],
    [
      new BadAnswer('no-answer', 'Remote end closed connection without response'),
      "<class 'http.client.RemoteDisconnected'>, Remote end closed connection without response",
    ],
  ])('that fails with %s is shown as Python shows it', async (error, text) => {
    const { session, printed } = sessionWith(() => error);
    expect(await session.run('remove x')).toBe(1);
    expect(printed).toEqual([`error: ${text}: file: tssupervisorctl line: 0`]);
  });
});

describe('a server that asks for a login', () => {
  const guarded = (method: string, login: ServerLogin) =>
    login.password === 'secret' ? version(method) : new ProtocolError(401, 'Unauthorized');

  test('is told of, and the command fails, when nobody is there to be asked', async () => {
    const { session, printed } = sessionWith(guarded);
    expect(await session.run('version')).toBe(1);
    expect(printed[0]).toBe('Server requires authentication');
    expect(printed[1]).toContain('<ProtocolError for 127.0.0.1/RPC2: 401 Unauthorized>');
  });

  test('gets what is typed, and the command is run again', async () => {
    const { session, printed } = sessionWith(guarded, { isInteractive: true });
    expect(await session.run('version')).toBe(0);
    expect(printed).toEqual(['Server requires authentication', '', '4.2.5']);
    expect(session.login).toMatchObject({ username: 'joe', password: 'secret' });
  });

  test('asks again after a wrong password', async () => {
    const passwords = ['wrong', 'secret'];
    const askSecret = async () => passwords.shift() ?? '';
    const { session, printed } = sessionWith(guarded, { isInteractive: true, askSecret });
    expect(await session.run('version')).toBe(0);
    expect(printed.filter((line) => line.startsWith('Server'))).toHaveLength(2);
  });
});

test('Ctrl-C at a question is not an error to be shown', async () => {
  const ask = async () => {
    throw new Interrupted();
  };
  const { session, printed } = sessionWith(version, { isInteractive: true, ask });
  await expect(session.run('shutdown')).rejects.toThrow(Interrupted);
  expect(printed).toEqual([]);
});

test('after open, calls go to the other server with the same login', async () => {
  const asked: string[] = [];
  const { session } = sessionWith((method, { serverurl }) => {
    asked.push(serverurl);
    return method === 'system.multicall' ? ['3.0', []] : [];
  });
  expect(await session.run('open http://there:1')).toBe(0);
  await session.run('avail');
  expect(asked).toEqual(['http://there:1', 'http://there:1']);
});

describe('a pattern among the names', () => {
  test('is replaced by what it stands for, before the command runs', async () => {
    const info = { name: 'web', group: 'web', state: 20, statename: 'RUNNING', description: '', pid: 7 };
    const answers = (method: string) => (method === 'supervisor.getAllProcessInfo' ? [info] : version(method));
    const { session, printed } = sessionWith(answers);
    expect(await session.run('stop w*')).toBe(0);
    expect(printed).toEqual(['web: stopped']);
  });

  test('of a daemon that does not answer is left to the command, and to its words', async () => {
    const { session, printed } = sessionWith(() => systemError('ECONNREFUSED'));
    expect(await session.run('stop w*')).toBe(4);
    expect(printed).toEqual(['unix:///s.sock refused connection']);
  });
});

describe('a name that there is not', () => {
  const unknown = (method: string) => {
    if (method === 'supervisor.getAllProcessInfo') return systemError('ECONNREFUSED');
    return method === 'supervisor.stopProcess' ? new Fault('BAD_NAME', 'wbe') : version(method);
  };

  test.each([true, false])('is no error of ours if nothing can be said of it (somebody reads: %s)', async (isRead) => {
    const hints: string[] = [];
    const { session, printed } = sessionWith(unknown, isRead ? { hint: (line) => hints.push(line) } : {});
    expect(await session.run('stop wbe')).toBe(1);
    expect(printed).toEqual(['wbe: ERROR (no such process)']);
    expect(hints).toEqual([]);
  });
});
