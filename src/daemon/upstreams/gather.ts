/**
 * Work that is asked for by many and done once: requests that come within a moment are one, and those that come while
 * it is done are the next one together. Whoever asks is told of the first run that began after the wish.
 */
import type { Os } from '../os/os.ts';

export class Gather<Result> {
  readonly #os: Pick<Os, 'now' | 'callAt'>;
  readonly #windowMs: number;
  readonly #work: () => Promise<Result>;
  #next: PromiseWithResolvers<Result> | undefined;
  #isBusy = false;

  constructor(os: Pick<Os, 'now' | 'callAt'>, windowMs: number, work: () => Promise<Result>) {
    this.#os = os;
    this.#windowMs = windowMs;
    this.#work = work;
  }

  /** Rejects with what the work throws. */
  request(): Promise<Result> {
    if (this.#next !== undefined) return this.#next.promise;
    this.#next = withResolvers();
    if (!this.#isBusy) this.#schedule();
    return this.#next.promise;
  }

  #schedule(): void {
    this.#os.callAt(this.#os.now() + this.#windowMs, () => void this.#run());
  }

  async #run(): Promise<void> {
    const run = this.#next;
    this.#next = undefined;
    this.#isBusy = true;
    try {
      run?.resolve(await this.#work());
    } catch (error) {
      run?.reject(error);
    }
    this.#isBusy = false;
    if (this.#next !== undefined) this.#schedule();
  }
}

interface PromiseWithResolvers<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
}

function withResolvers<Value>(): PromiseWithResolvers<Value> {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<Value>((settle, refuse) => {
    resolve = settle;
    reject = refuse;
  });
  return { promise, resolve, reject };
}
