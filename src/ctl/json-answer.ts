/**
 * `--json` at every verb: one document on standard output in the place of what is printed, with the same exit status.
 *
 * There is one seam for it. A verb runs as it always does; what it asks the daemon, what it is answered and what it
 * prints is noted, and a document is made of that at the end (parts/json.ts). A verb of ours may say itself what its
 * document has (`report`). Those that go on and print an object a line see to it themselves (`printsJson`).
 */
import { words } from '../config/python-text.ts';
import { Fault } from '../rpc/faults.ts';
import type { XmlRpcValue } from '../rpc/xml.ts';
import type { Command } from './command.ts';

export const jsonFlag = '--json';

/** A call to the daemon, and what became of it. */
export interface NotedCall {
  readonly method: string;
  readonly params: readonly XmlRpcValue[];
  readonly outcome: { readonly result: XmlRpcValue } | { readonly code: number; readonly message: string };
}

/** What a verb has done. */
export interface Noted {
  readonly verb: string;
  /** Its words, `--json` taken out. */
  readonly words: readonly string[];
  readonly lines: readonly string[];
  readonly calls: readonly NotedCall[];
  /** What the verb itself says of its document. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
  /** The code of the system, or the HTTP status, if the last call had no answer. */
  readonly trouble: string | undefined;
}

export class JsonNotes {
  readonly lines: string[] = [];
  readonly calls: NotedCall[] = [];
  /** What the verb was given, patterns replaced by names. */
  words: readonly string[] = [];
  fields: Readonly<Record<string, unknown>> | undefined;

  /** What was asked to find out what patterns stand for is no part of the answer. */
  begins(given: readonly string[]): void {
    this.words = given;
    this.calls.length = 0;
  }

  print(line: string): void {
    this.lines.push(...line.split('\n'));
  }

  report(fields: Readonly<Record<string, unknown>>): void {
    this.fields = { ...this.fields, ...fields };
  }

  answered(method: string, params: readonly XmlRpcValue[], result: XmlRpcValue): void {
    this.calls.push({ method, params, outcome: { result } });
  }

  refused(method: string, params: readonly XmlRpcValue[], error: unknown): void {
    if (error instanceof Fault) {
      this.calls.push({ method, params, outcome: { code: error.code, message: error.message } });
    }
  }
}

/** The argument without `--json`; undefined if it is not there, or is the verb's own affair. */
export function withoutJson({ printsJson }: Command, argument: string): string | undefined {
  if (!argument.includes(jsonFlag) || printsJson?.(argument)) return undefined;
  const given = words(argument);
  return given.includes(jsonFlag) ? given.filter((word) => word !== jsonFlag).join(' ') : undefined;
}
