import { expect, test } from 'vitest';
import { Dispatcher, supervisorNamespace } from '../../../src/rpc/dispatch.ts';
import { Fault } from '../../../src/rpc/faults.ts';
import { answerJsonRpc } from '../../../src/rpc/json-rpc.ts';
import { type SupervisorMethods, supervisorMethods } from '../../../src/rpc/methods.ts';
import { plainCall } from '../../../src/rpc/plain-call.ts';
import { Double, PreEncoded } from '../../../src/rpc/xml.ts';

const bugs: string[] = [];

/** Answers every method with its own name and arguments, but for those that a test replaces. */
function ask(request: unknown, replaced: Partial<Record<keyof SupervisorMethods, (...args: never[]) => unknown>> = {}) {
  const echo = Object.fromEntries(
    Object.keys(supervisorMethods).map((name) => [name, (...args: unknown[]) => [name, ...args]]),
  );
  const dispatcher = new Dispatcher({
    namespaces: { supervisor: supervisorNamespace({ ...echo, ...replaced } as unknown as SupervisorMethods) },
    onBug: () => undefined,
  });
  const body = Buffer.from(typeof request === 'string' ? request : JSON.stringify(request));
  const methods = {
    declaration: (name: string) => dispatcher.declaration(name),
    call: (name: string, params: readonly unknown[]) => plainCall(dispatcher, name, params),
  };
  return answerJsonRpc(body, { dispatcher: methods, onBug: (error) => bugs.push(String(error)) }).then((answer) =>
    answer === undefined ? undefined : (JSON.parse(answer) as unknown),
  );
}

const call = (method: string, params?: unknown, id: unknown = 1) => ({ jsonrpc: '2.0', method, params, id });

test('parameters go by position or by name, and defaults are filled in', async () => {
  const result = ['startProcess', 'web', true];
  expect(await ask(call('supervisor.startProcess', ['web']))).toEqual({ jsonrpc: '2.0', id: 1, result });
  expect(await ask(call('supervisor.startProcess', { name: 'web' }))).toMatchObject({ result });
  expect(await ask(call('supervisor.startProcess', { wait: false, name: 'web' }))).toMatchObject({
    result: ['startProcess', 'web', false],
  });
  expect(await ask(call('supervisor.startProcess', ['web', null]))).toMatchObject({ result });
});

test('a name that the method does not have is told', async () => {
  expect(await ask(call('supervisor.startProcess', { nmae: 'web' }))).toMatchObject({
    error: { code: -32602, data: { unknown: 'nmae' } },
  });
  expect(await ask(call('supervisor.startProcess', []))).toMatchObject({ error: { code: -32602 } });
  expect(await ask(call('supervisor.startProcess', [7]))).toMatchObject({ error: { code: -32602 } });
});

test('a refusal has Supervisor’s code, text and name', async () => {
  const startProcess = () => {
    throw new Fault('BAD_NAME', 'web');
  };
  expect(await ask(call('supervisor.startProcess', ['web']), { startProcess })).toMatchObject({
    error: { code: 10, message: 'BAD_NAME: web', data: { name: 'BAD_NAME' } },
  });
});

test('a bug is an internal error, and is told to the log', async () => {
  const getPID = () => {
    throw new TypeError('oops');
  };
  expect(await ask(call('supervisor.getPID'), { getPID })).toMatchObject({ error: { code: -32603 } });
  expect(bugs).toEqual(['TypeError: oops']);
});

test('an unknown method, and whatever objects have by themselves, is not found', async () => {
  for (const method of ['supervisor.nope', 'supervisor.__proto__', 'constructor', 'system.multicall', '']) {
    expect(await ask(call(method))).toMatchObject({ error: { code: -32601 } });
  }
});

test('a batch is answered as a batch, all of its calls at once', async () => {
  let waiting = 0;
  let most = 0;
  const stopProcess = async () => {
    waiting += 1;
    most = Math.max(most, waiting);
    await Promise.resolve();
    waiting -= 1;
    return true;
  };
  const batch = ['a', 'b', 'c'].map((name) => call('supervisor.stopProcess', [name], name));
  expect(await ask(batch, { stopProcess })).toEqual(
    ['a', 'b', 'c'].map((id) => ({ jsonrpc: '2.0', id, result: true })),
  );
  expect(most).toBe(3);
});

test('a notification has no answer, and neither has a batch of them', async () => {
  const notification = { jsonrpc: '2.0', method: 'supervisor.getPID' };
  expect(await ask(notification)).toBeUndefined();
  expect(await ask([notification, notification])).toBeUndefined();
  expect(await ask([notification, call('supervisor.getPID')])).toHaveLength(1);
});

test('what is no call is an invalid request, with the id if there is one', async () => {
  expect(await ask('{"jsonrpc": "2.0", ')).toMatchObject({ id: null, error: { code: -32700 } });
  for (const request of [1, 'x', null, [], {}, { jsonrpc: '1.0', method: 'a' }]) {
    expect(await ask(JSON.stringify(request))).toMatchObject({ id: null, error: { code: -32600 } });
  }
  expect(await ask({ jsonrpc: '2.0', method: 7, id: 'x' })).toMatchObject({ id: 'x', error: { code: -32600 } });
  expect(await ask([1, call('supervisor.getPID')])).toMatchObject([{ error: { code: -32600 } }, { id: 1 }]);
  expect(await ask(call('supervisor.getPID', 'no list'))).toMatchObject({ error: { code: -32600 } });
});

test('answers that are kept as XML, and numbers with a point, come as JSON', async () => {
  const getAllProcessInfo = () => PreEncoded.of([{ name: 'web', pid: 7 }]);
  expect(await ask(call('supervisor.getAllProcessInfo'), { getAllProcessInfo })).toMatchObject({
    result: [{ name: 'web', pid: 7 }],
  });
  const getPID = () => new Double(1.5);
  expect(await ask(call('supervisor.getPID'), { getPID })).toMatchObject({ result: 1.5 });
});
