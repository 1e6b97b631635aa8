import { Fault } from '../rpc/faults.ts';
import { readPlainAnswer } from '../rpc/plain-answer.ts';
import type { XmlRpcValue } from '../rpc/xml.ts';
import { loadPart } from './part-loader.ts';

/** The server answered with something that is no XML-RPC. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
}

/** Reads the body of an answer; throws a Fault if it holds one. The parser is loaded only for unusual layouts. */
export function decodeAnswer(body: Buffer): XmlRpcValue | Promise<XmlRpcValue> {
  const plain = readPlainAnswer(body.toString('utf8'));
  if (plain === undefined) return parseAnswer(body);
  if (plain.type === 'fault') throw Fault.received(plain.code, plain.text);
  return plain.value;
}

async function parseAnswer(body: Buffer): Promise<XmlRpcValue> {
  const { readAnswer } = await loadPart('xml');
  const answer = readAnswer(body);
  if ('malformed' in answer) throw new MalformedAnswer(answer.malformed);
  if ('fault' in answer) throw Fault.received(answer.fault.code, answer.fault.text);
  return answer.value;
}
