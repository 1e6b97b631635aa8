import { printed } from '../config/python-text.ts';
import { ProtocolError } from '../rpc/client.ts';
import { Fault } from '../rpc/faults.ts';
import { BadAnswer } from '../rpc/http-answer.ts';
import { BadServerUrl } from '../rpc/server-address.ts';
import { MalformedAnswer } from './answer.ts';
import { EndOfInput } from './command.ts';
import { UnknownResult } from './results.ts';
import { UnexpectedAnswer } from './supervisor.ts';

/**
 * Supervisor shows an error it has no text for as a line with Python's class and message of it. Scripts rely
 * on `error: ` and exit code 1 only, but people search for the rest, so it reads as it does there.
 */

interface PythonError {
  readonly type: string;
  readonly text: string;
}

const systemErrors: Readonly<Record<string, readonly [type: string, number: number, text: string]>> = {
  EPERM: ['PermissionError', 1, 'Operation not permitted'],
  ENOENT: ['FileNotFoundError', 2, 'No such file or directory'],
  EACCES: ['PermissionError', 13, 'Permission denied'],
  ENOTDIR: ['NotADirectoryError', 20, 'Not a directory'],
  EINVAL: ['OSError', 22, 'Invalid argument'],
  EPIPE: ['BrokenPipeError', 32, 'Broken pipe'],
  ELOOP: ['OSError', 40, 'Too many levels of symbolic links'],
  ENETUNREACH: ['OSError', 101, 'Network is unreachable'],
  ECONNABORTED: ['ConnectionAbortedError', 103, 'Software caused connection abort'],
  ECONNRESET: ['ConnectionResetError', 104, 'Connection reset by peer'],
  ETIMEDOUT: ['TimeoutError', 110, 'Connection timed out'],
  ECONNREFUSED: ['ConnectionRefusedError', 111, 'Connection refused'],
  EHOSTUNREACH: ['OSError', 113, 'No route to host'],
  ENOTFOUND: ['socket.gaierror', -2, 'Name or service not known'],
  EAI_AGAIN: ['socket.gaierror', -3, 'Temporary failure in name resolution'],
};

/** The whole line. Python names the file and line that raised; ours has none that would tell anybody anything. */
export function errorLine(error: unknown): string {
  const { type, text } = pythonErrorOf(error);
  return `error: <class '${type}'>, ${text}: file: tssupervisorctl line: 0`;
}

/** `str(xmlrpc.client.Fault)`. */
export function faultRepr(fault: Fault): string {
  return `<Fault ${fault.code}: ${printed(fault.message)}>`;
}

/** Python's class and message for a failed connection, as `tail -f` shows them. */
export function pythonErrorOf(error: unknown): PythonError {
  if (error instanceof Fault) return { type: 'xmlrpc.client.Fault', text: faultRepr(error) };
  if (error instanceof ProtocolError) {
    const text = `<ProtocolError for 127.0.0.1/RPC2: ${error.status} ${error.reason}>`;
    return { type: 'xmlrpc.client.ProtocolError', text };
  }
  if (error instanceof BadAnswer) return { type: badAnswerType(error), text: error.message };
  if (error instanceof MalformedAnswer) return { type: 'xml.parsers.expat.ExpatError', text: error.message };
  if (error instanceof BadServerUrl || error instanceof UnknownResult) {
    return { type: 'ValueError', text: error.message };
  }
  if (error instanceof UnexpectedAnswer) return { type: 'TypeError', text: error.message };
  if (error instanceof EndOfInput) return { type: 'EOFError', text: error.message };
  if (!(error instanceof Error)) return { type: 'Exception', text: String(error) };
  const known = systemErrors[(error as NodeJS.ErrnoException).code ?? ''];
  if (known === undefined) return { type: 'Exception', text: error.message };
  const [type, number, text] = known;
  return { type, text: `[Errno ${number}] ${text}` };
}

function badAnswerType({ kind }: BadAnswer): string {
  switch (kind) {
    case 'no-answer':
      return 'http.client.RemoteDisconnected';
    case 'cut-short':
    case 'bad-chunk':
      return 'http.client.IncompleteRead';
    default:
      return 'http.client.BadStatusLine';
  }
}
