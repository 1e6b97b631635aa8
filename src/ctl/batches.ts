import { Fault, faultCodes } from '../rpc/faults.ts';
import type { XmlRpcStruct, XmlRpcValue } from '../rpc/xml.ts';

/**
 * Many names are not many round trips. Calls that are made together, before any of them is awaited, go to the daemon
 * in one `system.multicall`, which Supervisor has too and which does them one after the other; a call that is made
 * alone goes as it always did.
 */

/** Whoever makes calls; a refusal is thrown as a Fault. */
export interface Caller {
  call(method: string, params?: readonly XmlRpcValue[]): Promise<XmlRpcValue>;
}

interface Waiting {
  readonly methodName: string;
  readonly params: readonly XmlRpcValue[];
  readonly resolve: (value: XmlRpcValue | Promise<XmlRpcValue>) => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers what is called at one moment into one request of `client`. */
export class BatchingCaller implements Caller {
  readonly #client: Caller;
  #waiting: Waiting[] = [];

  constructor(client: Caller) {
    this.#client = client;
  }

  call(methodName: string, params: readonly XmlRpcValue[] = []): Promise<XmlRpcValue> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ methodName, params, resolve, reject });
      if (this.#waiting.length === 1) queueMicrotask(() => this.#send());
    });
  }

  async #send(): Promise<void> {
    const calls = this.#waiting;
    this.#waiting = [];
    const [first] = calls;
    if (first !== undefined && calls.length === 1) {
      first.resolve(this.#client.call(first.methodName, first.params));
      return;
    }
    try {
      const request = calls.map(({ methodName, params }) => ({ methodName, params: [...params] }));
      const results = await this.#client.call('system.multicall', [request]);
      if (!Array.isArray(results) || results.length !== calls.length) {
        throw new Error(`Cannot read the answers to ${calls.length} calls: got ${JSON.stringify(results)}`);
      }
      for (const [at, { resolve, reject }] of calls.entries()) {
        const fault = faultIn(results[at]);
        if (fault === undefined) resolve(results[at] as XmlRpcValue);
        else reject(fault);
      }
    } catch (error) {
      if (error instanceof Fault && error.code === faultCodes.UNKNOWN_METHOD) await this.#sendEach(calls);
      else for (const { reject } of calls) reject(error);
    }
  }

  /** For a server that takes one call at a time. */
  async #sendEach(calls: readonly Waiting[]): Promise<void> {
    for (const { methodName, params, resolve, reject } of calls) {
      try {
        resolve(await this.#client.call(methodName, params));
      } catch (error) {
        reject(error);
      }
    }
  }
}

/** The refusal that stands in a list of answers, if this one is. */
export function faultIn(result: XmlRpcValue | undefined): Fault | undefined {
  if (typeof result !== 'object' || Array.isArray(result)) return undefined;
  const { faultCode, faultString } = result as XmlRpcStruct;
  return typeof faultCode === 'number' ? Fault.received(faultCode, String(faultString)) : undefined;
}

/** Quicker than this, and the next batch may be twice as long. */
const QUICK_MS = 100;
/** More would keep the lines of what is done from those who wait, if it takes longer after all. */
const MOST_AT_ONCE = 16;

/** What became of one: an answer, or the error that was thrown. */
export type Outcome<Answer> = { readonly name: string } & ({ readonly answer: Answer } | { readonly error: unknown });

export interface BatchWatch {
  /** Told before each batch: what is asked for now, and what comes after it. */
  begins(asked: readonly string[], later: readonly string[]): void;
  now(): number;
}

/**
 * Asks for each of `names`, in order, and answers in that order: the first alone, then twice as many at a time as
 * long as it goes quickly. So a hundred signals are ten requests, and of a hundred starts that take a second each
 * is told as each is done.
 */
export async function* inBatches<Answer>(
  names: readonly string[],
  ask: (name: string) => Promise<Answer>,
  watch: BatchWatch,
): AsyncGenerator<Outcome<Answer>> {
  let size = 1;
  for (let at = 0; at < names.length; ) {
    const batch = names.slice(at, at + size);
    at += batch.length;
    const beganAt = watch.now();
    watch.begins(batch, names.slice(at));
    const outcomes = await Promise.all(
      batch.map((name) =>
        ask(name).then(
          (answer) => ({ name, answer }),
          (error: unknown) => ({ name, error }),
        ),
      ),
    );
    size = watch.now() - beganAt < QUICK_MS ? Math.min(2 * size, MOST_AT_ONCE) : 1;
    yield* outcomes;
  }
}
