import { describe, expect, test } from 'vitest';
import { BatchingCaller, inBatches } from '../../../src/ctl/batches.ts';
import { Fault } from '../../../src/rpc/faults.ts';
import type { XmlRpcValue } from '../../../src/rpc/xml.ts';

/** A server that answers a call with its first parameter, and knows no process "bad". */
function server(takesMany = true) {
  const requests: string[] = [];
  const one = (method: string, params: readonly XmlRpcValue[]): XmlRpcValue => {
    if (params[0] === 'bad') throw new Fault('BAD_NAME', 'bad');
    return `${method} ${params[0]}`;
  };
  const call = async (method: string, params: readonly XmlRpcValue[] = []): Promise<XmlRpcValue> => {
    requests.push(method);
    if (method !== 'system.multicall') return one(method, params);
    if (!takesMany) throw new Fault('UNKNOWN_METHOD');
    return (params[0] as unknown as { methodName: string; params: XmlRpcValue[] }[]).map((each) => {
      try {
        return one(each.methodName, each.params);
      } catch (error) {
        return { faultCode: (error as Fault).code, faultString: (error as Fault).message };
      }
    });
  };
  return { caller: new BatchingCaller({ call }), requests };
}

describe('calls made together', () => {
  test.each([
    [true, ['system.multicall']],
    [false, ['system.multicall', 'stop', 'stop', 'stop']],
  ])('are one request, if the server takes many (%s)', async (takesMany, made) => {
    const { caller, requests } = server(takesMany);
    const settled = await Promise.allSettled(['a', 'bad', 'b'].map((name) => caller.call('stop', [name])));
    expect(settled).toMatchObject([
      { value: 'stop a' },
      { reason: { code: 10, message: 'BAD_NAME: bad' } },
      { value: 'stop b' },
    ]);
    expect(requests).toEqual(made);
  });

  test('one that is made alone goes as it always did', async () => {
    const { caller, requests } = server();
    expect(await caller.call('stop', ['a'])).toBe('stop a');
    await expect(caller.call('stop', ['bad'])).rejects.toThrow('BAD_NAME: bad');
    expect(requests).toEqual(['stop', 'stop']);
  });

  test('what breaks the connection breaks each of them', async () => {
    const caller = new BatchingCaller({ call: async () => Promise.reject(new Error('gone')) });
    const settled = await Promise.allSettled([caller.call('a'), caller.call('b')]);
    expect(settled).toMatchObject([{ reason: { message: 'gone' } }, { reason: { message: 'gone' } }]);
  });

  test('an answer that is not one for each is refused', async () => {
    const caller = new BatchingCaller({ call: async () => ['a'] });
    await expect(Promise.all([caller.call('a'), caller.call('b')])).rejects.toThrow('the answers to 2 calls');
  });
});

describe('many names', () => {
  /** The sizes of the batches in which `count` names are asked for, each name taking so long. */
  async function sizesOf(count: number, eachMs: (at: number) => number): Promise<number[]> {
    const sizes: number[] = [];
    const told: string[] = [];
    let nowMs = 0;
    const names = Array.from({ length: count }, (_, at) => String(at));
    const watch = { begins: (asked: readonly string[]) => void sizes.push(asked.length), now: () => nowMs };
    const ask = async (name: string) => {
      nowMs += eachMs(Number(name));
      return name;
    };
    for await (const { name } of inBatches(names, ask, watch)) told.push(name);
    expect(told).toEqual(names);
    return sizes;
  }

  test('are few requests as long as it goes quickly', async () => {
    expect(await sizesOf(100, () => 1)).toEqual([1, 2, 4, 8, 16, 16, 16, 16, 16, 5]);
  });

  test('that take long are told one by one', async () => {
    expect(await sizesOf(5, () => 1000)).toEqual([1, 1, 1, 1, 1]);
    expect(await sizesOf(7, (at) => (at === 2 ? 1000 : 1))).toEqual([1, 2, 1, 2, 1]);
  });
});
