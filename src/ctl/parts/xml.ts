import { Fault } from '../../rpc/faults.ts';
import type { XmlRpcValue } from '../../rpc/xml.ts';
import { decodeResponse } from '../../rpc/xml-parser.ts';

export type ReadAnswer =
  | { readonly value: XmlRpcValue }
  | { readonly fault: { readonly code: number; readonly text: string } }
  | { readonly malformed: string };

/** Reads any XML-RPC answer. A refusal is told as data: the Fault of this file is another class than the caller's. */
export function readAnswer(body: Buffer): ReadAnswer {
  const answer = decodeResponse(body);
  return answer instanceof Fault ? { fault: { code: answer.code, text: answer.message } } : answer;
}
