import type { Command, CommandContext } from '../../../src/ctl/command.ts';
import { commands } from '../../../src/ctl/commands.ts';
import type { ProcessInfo, ProcessResult, Supervisor } from '../../../src/ctl/supervisor.ts';
import { faultCodes } from '../../../src/rpc/faults.ts';
import { type StateName, stateCodes } from '../../../src/rpc/states.ts';

/** Runs a command against scripted answers: what was called, what was printed, what it ended with. */
export interface Ran {
  readonly code: unknown;
  readonly printed: readonly string[];
  readonly calls: readonly string[];
}

/** A method's answer, or what answers with one, or what it throws. A method that is not here must not be called. */
export type Script = { readonly [Method in keyof Supervisor]?: unknown };

export async function run(
  command: Command,
  argument: string,
  script: Script = {},
  context: Partial<CommandContext> = {},
): Promise<Ran> {
  const printed: string[] = [];
  const calls: string[] = [];
  const code = await command.run(
    {
      supervisor: scripted({ getVersion: '3.0', ...script }, calls),
      serverurl: 'unix:///s.sock',
      login: { serverurl: 'unix:///s.sock', username: undefined, password: undefined },
      isInteractive: false,
      isTerminal: false,
      commands,
      print: (line) => printed.push(line),
      ask: async (question) => {
        throw new Error(`Nobody is there to be asked "${question}"`);
      },
      orInterrupted: (work) => work,
      diagnose: async () => ({ file: undefined, problems: [], findings: [] }),
      openServer: (url) => calls.push(`open ${url}`),
      followLog: async (path) => void calls.push(`follow ${path}`),
      daemons: () => [],
      openDashboard: async () => 0,
      waitFor: async () => 0,
      foreground: async (name) => void calls.push(`foreground ${name}`),
      ...context,
    },
    argument,
  );
  return { code, printed, calls };
}

function scripted(script: Script, calls: string[]): Supervisor {
  return new Proxy({} as Supervisor, {
    get: (_, method: keyof Supervisor) => {
      return async (...params: unknown[]) => {
        if (!method.startsWith('getVersion')) calls.push([method, ...params].join(' '));
        if (!(method in script)) throw new Error(`Did not expect a call of ${method}`);
        const answer = script[method];
        const value = typeof answer === 'function' ? answer(...params) : answer;
        if (value instanceof Error) throw value;
        return value;
      };
    },
  });
}

export function processInfo(name: string, state: StateName, more: Partial<ProcessInfo> = {}): ProcessInfo {
  return { name, group: name, state: stateCodes[state], statename: state, description: '', pid: 0, ...more };
}

export function result(name: string, fault: keyof typeof faultCodes, more: Partial<ProcessResult> = {}): ProcessResult {
  return { name, group: name, status: faultCodes[fault], description: fault, ...more };
}

export function systemError(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}
