import { expect, test } from 'vitest';
import { Dispatcher, type Reply, supervisorNamespace } from '../../../src/rpc/dispatch.ts';
import { Fault } from '../../../src/rpc/faults.ts';
import { type SupervisorMethods, supervisorMethods } from '../../../src/rpc/methods.ts';
import { Double, encodeCall, PreEncoded, type XmlRpcValue } from '../../../src/rpc/xml.ts';
import { decodeResponse } from '../../../src/rpc/xml-parser.ts';

/** Answers every method with its own name and arguments, but for those that a test replaces. */
function setUp(
  replaced: Partial<Record<keyof SupervisorMethods, (...args: never[]) => unknown>> = {},
  multicallTurnMs = Number.POSITIVE_INFINITY,
) {
  const bugs: unknown[] = [];
  const echo = Object.fromEntries(
    Object.keys(supervisorMethods).map((name) => [name, (...args: unknown[]) => [name, ...args]]),
  );
  const dispatcher = new Dispatcher({
    namespaces: { supervisor: supervisorNamespace({ ...echo, ...replaced } as unknown as SupervisorMethods) },
    onBug: (error, method) => bugs.push([method, error]),
    multicallMaxChars: 6_500,
    multicallTurnMs,
  });
  function call(name: string, ...params: XmlRpcValue[]): unknown {
    const reply = dispatcher.reply(Buffer.from(encodeCall(name, params)));
    return reply instanceof Promise ? reply.then(read) : read(reply);
  }
  return { dispatcher, call, bugs };
}

function read(reply: Reply): unknown {
  if (reply.status !== 200) return reply.status;
  const answer = decodeResponse(reply.body);
  return answer instanceof Fault ? answer.message : 'value' in answer ? answer.value : answer;
}

test('missing arguments get their defaults and booleans are what Python takes for true', () => {
  const { call } = setUp();
  expect(call('supervisor.startProcess', 'a')).toEqual(['startProcess', 'a', true]);
  expect(call('supervisor.startProcess', 'a', 0)).toEqual(['startProcess', 'a', false]);
  expect(call('supervisor.startProcess', 'a', 'no')).toEqual(['startProcess', 'a', true]);
  expect(call('supervisor.readLog', new Double(-5), false)).toEqual(['readLog', -5, 0]);
  expect(call('supervisor.signalProcess', 'a', 15)).toEqual(['signalProcess', 'a', '15']);
});

test('wrong arguments are INCORRECT_PARAMETERS', () => {
  const { call } = setUp();
  for (const params of [[], ['a', true, 1], [1], [['a']], [{}]]) {
    expect(call('supervisor.startProcess', ...params)).toBe('INCORRECT_PARAMETERS');
  }
  expect(call('supervisor.readLog', 'a', 1)).toBe('INCORRECT_PARAMETERS');
  expect(call('supervisor.readLog', Number.NaN, 1)).toBe('INCORRECT_PARAMETERS');
  expect(call('supervisor.sendProcessStdin', 'a', 5)).toBe('INCORRECT_PARAMETERS: 5');
});

test.each([
  'getPID',
  'supervisor',
  'supervisor.',
  '.getPID',
  'supervisor.nope',
  'supervisor._x',
  'supervisor.__class__',
  'supervisor.supervisord.options.warnings.linecache.os.system',
  'supervisor.constructor',
  'supervisor.toString',
  '__proto__.toString',
  'constructor.constructor',
  'system.system.listMethods',
])('%s is an unknown method', (name) => {
  expect(setUp().call(name)).toBe('UNKNOWN_METHOD');
});

test('older names reach the same method', () => {
  expect(setUp().call('supervisor.getVersion')).toEqual(['getAPIVersion']);
  expect(setUp().call('supervisor.readProcessLog', 'a', 0, 1)).toEqual(['readProcessStdoutLog', 'a', 0, 1]);
});

test('a refusal is a fault, and anything else thrown is a bug that is reported', async () => {
  const { call, bugs } = setUp({
    getPID: () => {
      throw new Fault('SHUTDOWN_STATE');
    },
    getState: () => {
      throw new TypeError('oops');
    },
    startProcess: () => Promise.reject(new Fault('SPAWN_ERROR', 'a')),
    stopProcess: () => Promise.reject(new TypeError('later')),
  });
  expect(call('supervisor.getPID')).toBe('SHUTDOWN_STATE');
  expect(call('supervisor.getState')).toBe(500);
  expect(await call('supervisor.startProcess', 'a')).toBe('SPAWN_ERROR: a');
  expect(await call('supervisor.stopProcess', 'a')).toBe(500);
  expect(bugs).toEqual([
    ['supervisor.getState', new TypeError('oops')],
    ['supervisor.stopProcess', new TypeError('later')],
  ]);
});

test('a body that is no call is answered with 400 and the reason', () => {
  expect(setUp().dispatcher.reply(Buffer.from('abc'))).toMatchObject({ status: 400 });
});

test('the calls of a multicall are made one after the other, and their results are bare', async () => {
  const order: string[] = [];
  const { call } = setUp({
    startProcess: async (name: string) => {
      order.push(`${name} starts`);
      await Promise.resolve();
      order.push(`${name} has started`);
      return true;
    },
    getPID: () => PreEncoded.of(42),
  });
  const start = (name: string) => ({ methodName: 'supervisor.startProcess', params: [name] });
  const results = await call('system.multicall', [start('a'), { methodName: 'supervisor.getPID' }, start('b')]);
  expect(results).toEqual([true, 42, true]);
  expect(order).toEqual(['a starts', 'a has started', 'b starts', 'b has started']);
});

test('what goes wrong in a multicall is a struct in its place', async () => {
  const { call, bugs } = setUp({
    getPID: () => {
      throw new TypeError('oops');
    },
    startProcess: () => Promise.reject(new Fault('BAD_NAME', 'a')),
  });
  const fault = (faultCode: number, faultString: string) => ({ faultCode, faultString });
  expect(
    await call('system.multicall', [
      {},
      { methodName: 'system.multicall', params: [] },
      { methodName: 'a.b.c' },
      { methodName: 'supervisor.getPID' },
      { methodName: 'supervisor.startProcess', params: ['a'] },
      { methodName: 'supervisor.startProcess', params: 'a' },
      'text',
    ]),
  ).toEqual([
    fault(2, 'INCORRECT_PARAMETERS: No methodName'),
    fault(2, 'INCORRECT_PARAMETERS: Recursive system.multicall forbidden'),
    fault(1, 'UNKNOWN_METHOD'),
    fault(30, 'FAILED: internal error'),
    fault(10, 'BAD_NAME: a'),
    fault(2, 'INCORRECT_PARAMETERS'),
    fault(2, 'INCORRECT_PARAMETERS: No methodName'),
  ]);
  expect(bugs).toHaveLength(1);
  expect(call('system.multicall', [])).toEqual([]);
  expect(call('system.multicall', 1)).toBe('INCORRECT_PARAMETERS');
});

test('a multicall whose answers get too long makes no further calls', () => {
  const big = PreEncoded.of('x'.repeat(3_000));
  let calls = 0;
  const { call } = setUp({
    getPID: () => {
      calls++;
      return big;
    },
  });
  const results = call('system.multicall', Array(5).fill({ methodName: 'supervisor.getPID' })) as XmlRpcValue[];
  expect(calls).toBe(3);
  expect(results[4]).toMatchObject({ faultCode: 30 });
});

test('methodHelp and methodSignature refuse what is unknown', () => {
  const { call } = setUp();
  expect(call('system.methodSignature', 'supervisor.nope')).toBe('SIGNATURE_UNSUPPORTED');
  expect(call('system.methodHelp', 'toString')).toBe('SIGNATURE_UNSUPPORTED');
  expect(call('system.methodHelp', 'supervisor.readLog')).toMatch(
    /\n\n@param int offset\n@param int length\n@return string/,
  );
  expect(call('system.methodSignature', 'supervisor.readMainLog')).toEqual(['string', 'int', 'int']);
});

test('a namespace that somebody forgot to answer is found when the daemon starts', () => {
  const namespaces = { x: { methods: { a: { params: [], result: 'int', doc: 'A.' } }, handlers: {} } } as const;
  expect(() => new Dispatcher({ namespaces, onBug: () => undefined })).toThrow('Cannot serve x.a: nobody answers it');
});

test('a multicall that takes long lets others have a turn, and its calls stay in order', async () => {
  const order: string[] = [];
  const echo = (name: string) => {
    order.push(name);
    if (name === 'b') setImmediate(() => order.push('another client'));
    return name;
  };
  const call = (name: string) => ({ methodName: 'supervisor.getProcessInfo', params: [name] });
  const { call: send } = setUp({ getProcessInfo: echo }, -1);
  expect(await send('system.multicall', ['a', 'b', 'c', 'd'].map(call))).toEqual(['a', 'b', 'c', 'd']);
  expect(order).toContain('another client');
  expect(order.indexOf('another client')).toBeLessThan(order.indexOf('d'));
  expect(order.filter((name) => name !== 'another client')).toEqual(['a', 'b', 'c', 'd']);
});
