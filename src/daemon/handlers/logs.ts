/** Reading and clearing logs, and what is written to a program or told to the listeners. */
import { momentOf } from '../../config/since.ts';
import { Fault, faultCodes } from '../../rpc/faults.ts';
import type { SupervisorMethods } from '../../rpc/methods.ts';
import type { LogOffset } from '../../rpc/own-methods.ts';
import type { ProcessResult } from '../../rpc/structs.ts';
import { pidOf } from '../core/process-record.ts';
import type { ProcessId } from '../core/supervisor-messages.ts';
import { readLog, tailLog } from '../logs/log-read.ts';
import type { Channel } from '../plumbing.ts';
import type { HandlerContext } from './context.ts';
import { processOf, recordOf, refuseUnlessUp } from './context.ts';

type LogMethods = Pick<
  SupervisorMethods,
  | 'readLog'
  | 'clearLog'
  | 'readProcessStdoutLog'
  | 'readProcessStderrLog'
  | 'tailProcessStdoutLog'
  | 'tailProcessStderrLog'
  | 'clearProcessLogs'
  | 'clearAllProcessLogs'
  | 'sendProcessStdin'
>;

export function logHandlers(context: HandlerContext): LogMethods {
  const { programs, runtime, log } = context;

  const read =
    (channel: Channel) =>
    (name: string, offset: number, length: number): string => {
      refuseUnlessUp(context);
      return readText(programs.logPath(processOf(context, name), channel), offset, length);
    };
  const tail =
    (channel: Channel) =>
    (name: string, offset: number, length: number): readonly [string, number, boolean] => {
      refuseUnlessUp(context);
      const result = tailLog(programs.logPath(processOf(context, name), channel), offset, length);
      return [result.text, result.offset, result.overflow];
    };

  return {
    readLog(offset, length) {
      refuseUnlessUp(context);
      return readText(log.path, offset, length);
    },
    clearLog() {
      refuseUnlessUp(context);
      if (log.path === undefined) throw new Fault('NO_FILE');
      // The last line of the old file: the new one is empty.
      log.info('reopening log file');
      const code = log.clear();
      if (code !== undefined) throw new Fault('FAILED', code);
      return true;
    },
    readProcessStdoutLog: read('stdout'),
    readProcessStderrLog: read('stderr'),
    tailProcessStdoutLog: tail('stdout'),
    tailProcessStderrLog: tail('stderr'),
    clearProcessLogs(name) {
      refuseUnlessUp(context);
      clear(context, processOf(context, name), name);
      return true;
    },
    clearAllProcessLogs() {
      refuseUnlessUp(context);
      return runtime.supervisor.allIds().map((id): ProcessResult => {
        const { name = '', group = '' } = runtime.supervisor.spec(id) ?? {};
        try {
          clear(context, id, name);
          return { name, group, status: faultCodes.SUCCESS, description: 'OK' };
        } catch (error) {
          if (!(error instanceof Fault)) throw error;
          return { name, group, status: error.code, description: error.message };
        }
      });
    },
    sendProcessStdin(name, chars) {
      refuseUnlessUp(context);
      const id = processOf(context, name);
      const state = recordOf(context, id)?.state;
      if (state === undefined || pidOf(state) === 0 || state.name === 'STOPPING') throw new Fault('NOT_RUNNING', name);
      if (!programs.writeStdin(id, chars)) throw new Fault('NO_FILE', name);
      return true;
    },
  };
}

/** Where the log of a process has what was written since then. */
export function logOffset(context: HandlerContext, name: string, channel: string, since: string): LogOffset {
  refuseUnlessUp(context);
  const id = processOf(context, name);
  const at = momentOf(since, Date.now());
  if (channel !== 'stdout' && channel !== 'stderr') throw new Fault('BAD_ARGUMENTS', `no channel ${channel}`);
  if (at === undefined)
    throw new Fault('BAD_ARGUMENTS', `cannot read the time ${since}: 10m, 90, 2026-11-22T03:00:00Z`);
  const path = context.programs.logPath(id, channel);
  if (path === undefined) throw new Fault('NO_FILE');
  const { offset, isCut } = context.logHistory.since(path, at);
  // An XML-RPC int has 31 bits: of what is larger more is told than was asked for.
  return { offset: Math.min(offset, 0x7fffffff), iscut: isCut };
}

function clear(context: HandlerContext, id: ProcessId, name: string): void {
  if (context.programs.clearLogs(id) !== undefined) throw new Fault('FAILED', name);
}

function readText(path: string | undefined, offset: number, length: number): string {
  const result = readLog(path, offset, length);
  if ('text' in result) return result.text;
  throw result.fault === 'NO_FILE' && path !== undefined ? new Fault('NO_FILE', path) : new Fault(result.fault);
}
