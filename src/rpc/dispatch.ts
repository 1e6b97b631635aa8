/**
 * From the body of a request to the body of its answer.
 *
 * Methods are found in one flat table by their full name, so that a name can reach nothing but what is declared:
 * a second dot, a leading underscore or the name of something that every object has are unknown methods like any
 * other (CVE-2017-11610 was a walk along the dots). What is not waited for is answered in the same turn.
 */
import { readArguments } from './arguments.ts';
import { Fault } from './faults.ts';
import { type MethodDeclaration, type SupervisorMethods, supervisorMethods, systemMethods } from './methods.ts';
import { type OwnMethods, ownMethods } from './own-methods.ts';
import {
  encodedArray,
  encodeFault,
  encodeResponse,
  encodeValue,
  isStruct,
  PreEncoded,
  type XmlRpcValue,
} from './xml.ts';
import { decodeCall } from './xml-parser.ts';

/** Methods that are declared together, and who answers them. */
export interface Namespace {
  readonly methods: Readonly<Record<string, MethodDeclaration>>;
  /** Has a function of each method's name. */
  readonly handlers: object;
  /** `system.listMethods` leaves it out: there a client finds what Supervisor has. */
  readonly isUnlisted?: true;
}

/** The `tssupervisor` namespace, answered by `handlers`. */
export function ownNamespace(handlers: OwnMethods): Namespace {
  return { methods: ownMethods, handlers, isUnlisted: true };
}

/** The `supervisor` namespace, answered by `handlers`. */
export function supervisorNamespace(handlers: SupervisorMethods): Namespace {
  return { methods: supervisorMethods, handlers };
}

export interface DispatcherOptions {
  readonly namespaces: Readonly<Record<string, Namespace>>;
  /** A handler threw what is no `Fault`. The client has got a plain "internal error". */
  onBug(error: unknown, method: string): void;
  /** Each call, and what became of it, for the log's trace level; Supervisor's texts. */
  readonly onTrace?: ((text: string) => void) | undefined;
  /** How long the answer to a multicall may get before its remaining calls are refused. */
  readonly multicallMaxChars?: number;
  /** How long a multicall may go on, in milliseconds, before others have a turn. */
  readonly multicallTurnMs?: number;
}

/** What goes back over HTTP. Faults are 200; 400 is a body that is no call, and `why` is for the log. */
export type Reply =
  | { readonly status: 200; readonly body: Buffer }
  | { readonly status: 400; readonly why: string }
  | { readonly status: 500 };

type Result = XmlRpcValue | PreEncoded;

interface Method extends MethodDeclaration {
  readonly isUnlisted: boolean;
  call(args: readonly XmlRpcValue[]): Result | Promise<Result>;
}

// One call of few bytes may ask for a megabyte, and a multicall holds thousands of calls.
const MULTICALL_MAX_CHARS = 64 * 1024 * 1024;
const MULTICALL_TURN_MS = 20;

export class Dispatcher {
  readonly #methods: ReadonlyMap<string, Method>;
  readonly #options: DispatcherOptions;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    const own: Namespace = {
      methods: systemMethods,
      handlers: {
        listMethods: () => [...this.#methods].flatMap(([name, { isUnlisted }]) => (isUnlisted ? [] : name)).sort(),
        methodHelp: (name: string) => help(this.#declared(name)),
        methodSignature: (name: string) => {
          const { result, params } = this.#declared(name);
          return [result, ...params.map((parameter) => parameter.type)];
        },
        multicall: (calls: readonly XmlRpcValue[]) => this.#multicall(calls),
      },
    };
    this.#methods = flatten({ ...options.namespaces, system: own });
  }

  /** Answers the body of a request; in this turn, unless its handler makes it wait. Never throws or rejects. */
  reply(body: Buffer): Reply | Promise<Reply> {
    const call = decodeCall(body);
    if ('malformed' in call) return { status: 400, why: call.malformed };
    const { methodName, params } = call;
    this.#options.onTrace?.(`XML-RPC method called: ${methodName}()`);
    try {
      const result = this.call(methodName, params);
      if (!(result instanceof Promise)) return this.#success(methodName, result);
      return result.then(
        (value) => this.#success(methodName, value),
        (error: unknown) => this.#failure(methodName, error),
      );
    } catch (error) {
      return this.#failure(methodName, error);
    }
  }

  declaration(name: string): MethodDeclaration | undefined {
    return this.#methods.get(name);
  }

  /** Calls a method whose name and arguments come from a client. @throws Fault (also as a rejection). */
  call(name: string, params: readonly XmlRpcValue[]): Result | Promise<Result> {
    const method = this.#methods.get(name);
    if (method === undefined) throw new Fault('UNKNOWN_METHOD');
    return method.call(readArguments(method, params));
  }

  #success(name: string, result: Result): Reply {
    this.#options.onTrace?.(`XML-RPC method ${name}() returned successfully`);
    try {
      return { status: 200, body: result instanceof PreEncoded ? result.body : Buffer.from(encodeResponse(result)) };
    } catch (error) {
      return this.#failure(name, error); // the answer is longer than a string can be
    }
  }

  #failure(name: string, error: unknown): Reply {
    if (!(error instanceof Fault)) {
      this.#options.onBug(error, name);
      return { status: 500 };
    }
    this.#options.onTrace?.(`XML-RPC method ${name}() returned fault: [${error.code}] ${error.message}`);
    return { status: 200, body: Buffer.from(encodeFault(error)) };
  }

  #declared(name: string): Method {
    const method = this.#methods.get(name);
    if (method === undefined) throw new Fault('SIGNATURE_UNSUPPORTED');
    return method;
  }

  /**
   * One call after the other; results are the bare values, where others wrap each in an array (Supervisor's
   * behaviour, which its clients count on). In this turn, as long as no call has to wait and they do not take long:
   * ten thousand of them may, and programs are not kept waiting for that.
   */
  #multicall(calls: readonly XmlRpcValue[]): Result | Promise<Result> {
    const results = new Results(this.#options.multicallMaxChars ?? MULTICALL_MAX_CHARS);
    const until = this.#endOfTurn();
    for (let index = 0; index < calls.length; index++) {
      const result = results.isFull ? tooLong() : this.#oneOf(calls[index]);
      if (result instanceof Promise || performance.now() > until) return this.#restOf(calls, index, result, results);
      results.add(result);
    }
    return results.encoded();
  }

  async #restOf(
    calls: readonly XmlRpcValue[],
    waiting: number,
    first: Result | Promise<Result>,
    results: Results,
  ): Promise<Result> {
    results.add(await first);
    let until = 0;
    for (let index = waiting + 1; index < calls.length; index++) {
      if (performance.now() > until) {
        await nextTurn();
        until = this.#endOfTurn();
      }
      results.add(results.isFull ? tooLong() : await this.#oneOf(calls[index]));
    }
    return results.encoded();
  }

  #endOfTurn(): number {
    return performance.now() + (this.#options.multicallTurnMs ?? MULTICALL_TURN_MS);
  }

  #oneOf(call: XmlRpcValue | undefined): Result | Promise<Result> {
    const { methodName, params = [] } = isStruct(call) ? call : {};
    if (methodName === undefined) return faultStruct(new Fault('INCORRECT_PARAMETERS', 'No methodName'));
    if (methodName === 'system.multicall') {
      return faultStruct(new Fault('INCORRECT_PARAMETERS', 'Recursive system.multicall forbidden'));
    }
    if (typeof methodName !== 'string') return faultStruct(new Fault('UNKNOWN_METHOD'));
    if (!Array.isArray(params)) return faultStruct(new Fault('INCORRECT_PARAMETERS'));
    try {
      const result = this.call(methodName, params);
      return result instanceof Promise ? result.catch((error: unknown) => this.#failed(methodName, error)) : result;
    } catch (error) {
      return this.#failed(methodName, error);
    }
  }

  #failed(name: string, error: unknown): XmlRpcValue {
    if (error instanceof Fault) return faultStruct(error);
    this.#options.onBug(error, name);
    return faultStruct(new Fault('FAILED', 'internal error'));
  }
}

/** The results of a multicall, encoded as they come. */
class Results {
  #text = '';
  readonly #maxChars: number;

  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  get isFull(): boolean {
    return this.#text.length > this.#maxChars;
  }

  add(result: Result): void {
    this.#text += result instanceof PreEncoded ? result.text : encodeValue(result);
  }

  encoded(): PreEncoded {
    return PreEncoded.fromText(encodedArray(this.#text));
  }
}

function faultStruct(fault: Fault): XmlRpcValue {
  return { faultCode: fault.code, faultString: fault.message };
}

function tooLong(): XmlRpcValue {
  return faultStruct(new Fault('FAILED', 'not called, the answers before this one are too long'));
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function help(method: MethodDeclaration): string {
  const params = method.params.map((parameter) => `@param ${parameter.type} ${parameter.name}\n`).join('');
  return `${method.doc}\n\n${params}@return ${method.result} result\n`;
}

function flatten(namespaces: Readonly<Record<string, Namespace>>): ReadonlyMap<string, Method> {
  const table = new Map<string, Method>();
  for (const [prefix, { methods, handlers, isUnlisted = false }] of Object.entries(namespaces)) {
    for (const [name, declaration] of Object.entries(methods)) {
      const handler: unknown = Reflect.get(handlers, name);
      if (typeof handler !== 'function') throw new TypeError(`Cannot serve ${prefix}.${name}: nobody answers it`);
      const method: Method = { ...declaration, isUnlisted, call: (args) => Reflect.apply(handler, handlers, args) };
      for (const known of [name, ...(declaration.aliases ?? [])]) table.set(`${prefix}.${known}`, method);
    }
  }
  return table;
}
