/**
 * What events say, to the letter of Supervisor's (supervisor/events.py): its listeners split the first line at blanks
 * and each part at its colon.
 */
import type { EventName } from '../../rpc/events.ts';
import type { Event, ProcessId } from '../core/supervisor-messages.ts';

type ProcessStateNews = Extract<Event, { type: 'processState' }>;

/** `processname:cat groupname:pets` */
function namesOf(id: ProcessId): string {
  const at = id.indexOf(':');
  return `processname:${id.slice(at + 1)} groupname:${id.slice(0, at)}`;
}

export function processState({ id, to, from, tries, expected, pid }: ProcessStateNews): [EventName, string] {
  const start = `${namesOf(id)} from_state:${from}`;
  switch (to) {
    case 'STARTING':
    case 'BACKOFF':
      return [`PROCESS_STATE_${to}`, `${start} tries:${tries ?? 0}`];
    case 'EXITED':
      return [`PROCESS_STATE_${to}`, `${start} expected:${expected === true ? 1 : 0} pid:${pid ?? 0}`];
    case 'RUNNING':
    case 'STOPPING':
    case 'STOPPED':
      return [`PROCESS_STATE_${to}`, `${start} pid:${pid ?? 0}`];
    case 'FATAL':
    case 'UNKNOWN':
      return [`PROCESS_STATE_${to}`, start];
    default:
      return to satisfies never;
  }
}

export function processLog(id: ProcessId, pid: number, channel: 'stdout' | 'stderr', text: string): string {
  return `${namesOf(id)} pid:${pid} channel:${channel}\n${text}`;
}

export function processCommunication(id: ProcessId, pid: number, text: string): string {
  return `${namesOf(id)} pid:${pid}\n${text}`;
}

export function remoteCommunication(type: string, data: string): string {
  return `type:${type}\n${data}`;
}

/** Unlike the others of one line it ends with a line feed. */
export function processGroup(group: string): string {
  return `groupname:${group}\n`;
}

export function tick(epoch: number): string {
  return `when:${epoch}`;
}

export interface Envelope {
  readonly identifier: string;
  readonly serial: number;
  readonly pool: string;
  readonly poolSerial: number;
  readonly name: string;
  readonly payload: string;
}

/**
 * The line before the payload, and the payload. `len` counts characters (code points), as Supervisor's does, so that
 * listeners that read text take exactly the payload.
 */
export function enveloped({ identifier, serial, pool, poolSerial, name, payload }: Envelope): string {
  const header = `ver:3.0 server:${identifier} serial:${serial} pool:${pool} poolserial:${poolSerial}`;
  return `${header} eventname:${name} len:${codePoints(payload)}\n${payload}`;
}

function codePoints(text: string): number {
  // Almost always plain ASCII, and this runs in machine code: a loop over 64 KiB of output takes a millisecond.
  if (Buffer.byteLength(text) === text.length) return text.length;
  return text.length - (text.match(/[\u{10000}-\u{10ffff}]/gu)?.length ?? 0);
}
