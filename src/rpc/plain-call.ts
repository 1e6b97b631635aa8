/** Calls of the methods for those who want neither XML nor exceptions: the answer is data, a refusal too. */
import type { Dispatcher } from './dispatch.ts';
import { Fault } from './faults.ts';
import { DateTime, Double, PreEncoded, type XmlRpcValue } from './xml.ts';
import { decodeResponse } from './xml-parser.ts';

export type PlainValue = string | number | boolean | readonly PlainValue[] | { readonly [name: string]: PlainValue };

export type PlainOutcome = { readonly value: PlainValue } | { readonly code: number; readonly text: string };

/** Rejects only with what is a bug. Arguments are checked by the method's declaration. */
export async function plainCall(
  dispatcher: Pick<Dispatcher, 'call'>,
  name: string,
  params: readonly unknown[],
): Promise<PlainOutcome> {
  try {
    return { value: plain(await dispatcher.call(name, params as readonly XmlRpcValue[])) };
  } catch (error) {
    if (error instanceof Fault) return { code: error.code, text: error.message };
    throw error;
  }
}

function plain(value: XmlRpcValue | PreEncoded): PlainValue {
  if (value instanceof PreEncoded) {
    const decoded = decodeResponse(value.body);
    return 'value' in decoded ? plain(decoded.value) : '';
  }
  if (value instanceof Double) return value.value;
  if (value instanceof DateTime) return value.text;
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}
