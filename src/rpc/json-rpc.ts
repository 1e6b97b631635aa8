/**
 * JSON-RPC 2.0 (https://www.jsonrpc.org/specification) over the same methods as XML-RPC: from the body of a request to
 * the body of its answer.
 *
 * The calls of a batch are all made in this order and then waited for together, so that stopping a hundred programs
 * takes as long as the slowest and not as long as all of them. Parameters are given by position or by name. A refusal
 * keeps Supervisor's code and text; `data.name` is its name.
 */
import * as v from 'valibot';
import { faultNameOf } from './faults.ts';
import type { MethodDeclaration } from './methods.ts';
import type { PlainOutcome } from './plain-call.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export interface JsonRpcOptions {
  readonly dispatcher: {
    /** What a method declares; undefined if there is none of that name. */
    declaration(name: string): MethodDeclaration | undefined;
    /** A refusal is an answer; what it rejects with is a bug. */
    call(name: string, params: readonly unknown[]): Promise<PlainOutcome>;
  };
  onBug(error: unknown, method: string): void;
}

/** The codes that the specification sets aside; refusals of methods have Supervisor's. */
export const jsonRpcErrors = {
  PARSE_ERROR: { code: -32700, message: 'Cannot read the request: it is not JSON' },
  INVALID_REQUEST: { code: -32600, message: 'Cannot read the request: it is no JSON-RPC 2.0 call' },
  METHOD_NOT_FOUND: { code: -32601, message: 'There is no such method' },
  INVALID_PARAMS: { code: -32602, message: 'Cannot use these parameters' },
  INTERNAL_ERROR: { code: -32603, message: 'Internal error: the log has more' },
} as const;

/** More calls than any command makes, and few enough that their answers can be held. */
const MAX_BATCH = 10_000;

const idSchema = v.union([v.string(), v.number(), v.null()]);
const callSchema = v.object({
  jsonrpc: v.literal('2.0'),
  method: v.string(),
  params: v.optional(v.union([v.array(v.unknown()), v.record(v.string(), v.unknown())])),
  id: v.optional(idSchema),
});

type Call = v.InferOutput<typeof callSchema>;
type ErrorObject = { readonly code: number; readonly message: string; readonly data?: Json };

/** Answers the body of a request; undefined if there is nothing to say, because it only notifies. Never rejects. */
export async function answerJsonRpc(body: Buffer, options: JsonRpcOptions): Promise<string | undefined> {
  let request: unknown;
  try {
    request = JSON.parse(body.toString());
  } catch {
    return failure(null, jsonRpcErrors.PARSE_ERROR);
  }
  if (!Array.isArray(request)) return answerOne(request, options);
  if (request.length === 0 || request.length > MAX_BATCH) return failure(null, jsonRpcErrors.INVALID_REQUEST);
  const answers = await Promise.all(request.map((one) => answerOne(one, options)));
  const said = answers.filter((answer) => answer !== undefined);
  return said.length === 0 ? undefined : `[${said.join(',')}]`;
}

async function answerOne(request: unknown, options: JsonRpcOptions): Promise<string | undefined> {
  const parsed = v.safeParse(callSchema, request);
  if (!parsed.success) return failure(idOf(request), jsonRpcErrors.INVALID_REQUEST);
  const call = parsed.output;
  const answer = await outcomeOf(call, options);
  if (call.id === undefined) return undefined;
  return 'error' in answer ? failure(call.id, answer.error) : success(call.id, answer.result);
}

type Outcome = { readonly result: string } | { readonly error: ErrorObject };

async function outcomeOf(call: Call, { dispatcher, onBug }: JsonRpcOptions): Promise<Outcome> {
  // A batch is what a multicall is there.
  const method = call.method === 'system.multicall' ? undefined : dispatcher.declaration(call.method);
  if (method === undefined) {
    return { error: { ...jsonRpcErrors.METHOD_NOT_FOUND, data: { method: call.method.slice(0, 200) } } };
  }
  const params = positional(method, call.params ?? []);
  if ('unknown' in params) {
    return { error: { ...jsonRpcErrors.INVALID_PARAMS, data: { unknown: params.unknown } } };
  }
  try {
    const outcome = await dispatcher.call(call.method, params.values);
    if ('value' in outcome) return { result: JSON.stringify(outcome.value) };
    const name = faultNameOf(outcome.code);
    if (name === 'INCORRECT_PARAMETERS') {
      return { error: { ...jsonRpcErrors.INVALID_PARAMS, data: { why: outcome.text } } };
    }
    return { error: { code: outcome.code, message: outcome.text, data: { name: name ?? 'FAILED' } } };
  } catch (error) {
    onBug(error, call.method);
    return { error: jsonRpcErrors.INTERNAL_ERROR };
  }
}

/** Parameters in the order of their declaration; one that the method does not have is named. */
function positional(
  method: MethodDeclaration,
  given: readonly unknown[] | Readonly<Record<string, unknown>>,
): { readonly values: unknown[] } | { readonly unknown: string } {
  if (Array.isArray(given)) return { values: given.map(absent) };
  const names = method.params.map((parameter) => parameter.name);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) return { unknown };
  const values = names.map((name) => absent(Reflect.get(given, name)));
  // What is missing at the end has a default, or the check of arguments says so.
  while (values.length > 0 && values.at(-1) === undefined) values.pop();
  return { values };
}

/** JSON's null stands for a value that is not given. */
function absent(value: unknown): unknown {
  return value === null ? undefined : value;
}

function success(id: string | number | null, result: string): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`;
}

function failure(id: string | number | null, error: ErrorObject): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error });
}

function idOf(request: unknown): string | number | null {
  const parsed = v.safeParse(v.object({ id: idSchema }), request);
  return parsed.success ? parsed.output.id : null;
}
