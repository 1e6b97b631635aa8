import { describe, expect, test } from 'vitest';
import { supervisorOver } from '../../../src/ctl/supervisor.ts';
import { Fault } from '../../../src/rpc/faults.ts';
import type { XmlRpcValue } from '../../../src/rpc/xml.ts';

/** A server that answers each method with a value or a refusal. */
function serverWith(answers: Readonly<Record<string, XmlRpcValue | Fault>>) {
  const calls: string[] = [];
  const call = async (method: string) => {
    calls.push(method);
    const answer = answers[method] ?? new Fault('UNKNOWN_METHOD');
    if (answer instanceof Fault) throw answer;
    return answer;
  };
  return { supervisor: supervisorOver({ call }), calls };
}

const info = { name: 'web', group: 'web', state: 20, statename: 'RUNNING', description: '', pid: 7, more: 'unknown' };
const read = { name: 'web', group: 'web', state: 20, statename: 'RUNNING', description: '', pid: 7 };

describe('what status asks', () => {
  test('is one request', async () => {
    const { supervisor, calls } = serverWith({ 'system.multicall': ['3.0', [info]] });
    expect(await supervisor.getVersionAndAllProcessInfo()).toEqual(['3.0', [read]]);
    expect(calls).toEqual(['system.multicall']);
  });

  test('is two where the server takes only one call at a time', async () => {
    const { supervisor } = serverWith({ 'supervisor.getVersion': '3.0', 'supervisor.getAllProcessInfo': [info] });
    expect(await supervisor.getVersionAndAllProcessInfo()).toEqual(['3.0', [read]]);
  });

  test('is refused as the first of the two calls is', async () => {
    const fault = { faultCode: 6, faultString: 'SHUTDOWN_STATE' };
    const { supervisor } = serverWith({ 'system.multicall': [fault, fault] });
    await expect(supervisor.getVersionAndAllProcessInfo()).rejects.toMatchObject({
      code: 6,
      message: 'SHUTDOWN_STATE',
    });
  });
});

test('the three lists of changes come in one outer array', async () => {
  const { supervisor } = serverWith({ 'supervisor.reloadConfig': [[['a'], [], ['b', 'c']]] });
  expect(await supervisor.reloadConfig()).toEqual({ added: ['a'], changed: [], removed: ['b', 'c'] });
});

test.each<[XmlRpcValue, string]>([
  [[{ ...info, pid: 'x' }], 'expected a number, got "x"'],
  [['web'], 'expected a struct, got "web"'],
  ['web', 'expected an array, got "web"'],
])('an answer of another shape is refused, not misread: %j', async (answer, message) => {
  const { supervisor } = serverWith({ 'supervisor.getAllProcessInfo': answer });
  await expect(supervisor.getAllProcessInfo()).rejects.toThrow(`Cannot read the answer: ${message}`);
});
