/**
 * Every method of the `supervisor` namespace, declared once. Out of the table below come `system.listMethods`,
 * `methodHelp`, `methodSignature`, the check of arguments, the control command's typed calls and `docs/rpc.md`;
 * out of `SupervisorMethods` the compiler knows that the daemon answers each of them, with the right types.
 */
import type { ConfigInfo, ProcessInfo, ProcessResult, Reread, StateInfo, Tail } from './structs.ts';
import type { PreEncoded, XmlRpcValue } from './xml.ts';

/**
 * What a handler answers with: the value, or the value encoded already, or a promise of one of them. While a promise
 * is open only its own request waits. A refusal is a `Fault`, thrown or rejected with; anything else thrown is a bug.
 */
export type Answer<Value extends XmlRpcValue> = Value | PreEncoded | Promise<Value | PreEncoded>;

/** `system.methodSignature` says these. */
export type TypeName = 'array' | 'boolean' | 'int' | 'string' | 'struct';

export interface Parameter {
  readonly name: string;
  readonly type: 'array' | 'boolean' | 'int' | 'string';
  /** A string that may come as a number too: Supervisor's clients do both. */
  readonly orNumber?: true;
  /** A wrong value is quoted in the refusal. */
  readonly quoted?: true;
  /** The value when the caller gives none; without it the parameter is required. */
  readonly initial?: boolean | string | number | readonly [];
}

export interface MethodDeclaration {
  readonly params: readonly Parameter[];
  readonly result: TypeName;
  readonly doc: string;
  /** Older names for the same. */
  readonly aliases?: readonly string[];
}

/** What the daemon does for `supervisor.*`. Every method but sendRemoteCommEvent may refuse with SHUTDOWN_STATE. */
export interface SupervisorMethods {
  getAPIVersion(): Answer<string>;
  getSupervisorVersion(): Answer<string>;
  getIdentification(): Answer<string>;
  getState(): Answer<StateInfo>;
  getPID(): Answer<number>;
  readLog(offset: number, length: number): Answer<string>;
  clearLog(): Answer<boolean>;
  shutdown(): Answer<boolean>;
  restart(): Answer<boolean>;
  reloadConfig(): Answer<Reread>;
  addProcessGroup(name: string): Answer<boolean>;
  removeProcessGroup(name: string): Answer<boolean>;
  /** A name like `g:*` answers with an array, as startProcessGroup does; so do stopProcess and signalProcess. */
  startProcess(name: string, wait: boolean): Answer<boolean | readonly ProcessResult[]>;
  startProcessGroup(name: string, wait: boolean): Answer<readonly ProcessResult[]>;
  startAllProcesses(wait: boolean): Answer<readonly ProcessResult[]>;
  stopProcess(name: string, wait: boolean): Answer<boolean | readonly ProcessResult[]>;
  stopProcessGroup(name: string, wait: boolean): Answer<readonly ProcessResult[]>;
  stopAllProcesses(wait: boolean): Answer<readonly ProcessResult[]>;
  /** `signal` is a name, with or without SIG, or a number in digits. */
  signalProcess(name: string, signal: string): Answer<boolean | readonly ProcessResult[]>;
  signalProcessGroup(name: string, signal: string): Answer<readonly ProcessResult[]>;
  signalAllProcesses(signal: string): Answer<readonly ProcessResult[]>;
  getProcessInfo(name: string): Answer<ProcessInfo>;
  getAllProcessInfo(): Answer<readonly ProcessInfo[]>;
  getAllConfigInfo(): Answer<readonly ConfigInfo[]>;
  readProcessStdoutLog(name: string, offset: number, length: number): Answer<string>;
  readProcessStderrLog(name: string, offset: number, length: number): Answer<string>;
  tailProcessStdoutLog(name: string, offset: number, length: number): Answer<Tail>;
  tailProcessStderrLog(name: string, offset: number, length: number): Answer<Tail>;
  clearProcessLogs(name: string): Answer<boolean>;
  clearAllProcessLogs(): Answer<readonly ProcessResult[]>;
  sendProcessStdin(name: string, chars: string): Answer<boolean>;
  sendRemoteCommEvent(type: string, data: string): Answer<boolean>;
}

const name: Parameter = { name: 'name', type: 'string' };
const wait: Parameter = { name: 'wait', type: 'boolean', initial: true };
const signal: Parameter = { name: 'signal', type: 'string', orNumber: true };
const offset: Parameter = { name: 'offset', type: 'int' };
const length: Parameter = { name: 'length', type: 'int' };

export const supervisorMethods = {
  getAPIVersion: {
    params: [],
    result: 'string',
    aliases: ['getVersion'],
    doc: 'The version of this interface, which changes when a method does.',
  },
  getSupervisorVersion: {
    params: [],
    result: 'string',
    doc: 'The version of Supervisor that this daemon stands in for.',
  },
  getIdentification: { params: [], result: 'string', doc: 'The identifier of this daemon, from its configuration.' },
  getState: { params: [], result: 'struct', doc: 'What the daemon itself is doing: statecode and statename.' },
  getPID: { params: [], result: 'int', doc: "The daemon's process id." },
  readLog: {
    params: [offset, length],
    result: 'string',
    aliases: ['readMainLog'],
    doc: "Length bytes of the daemon's log from an offset; a negative offset and length 0 read its end.",
  },
  clearLog: { params: [], result: 'boolean', doc: "Empties the daemon's log." },
  shutdown: { params: [], result: 'boolean', doc: 'Ends the daemon, once every process has stopped.' },
  restart: { params: [], result: 'boolean', doc: 'Stops every process, then starts afresh from the files.' },
  reloadConfig: {
    params: [],
    result: 'array',
    doc: 'Reads the files again, starts and stops nothing: one element with the groups added, changed and removed.',
  },
  addProcessGroup: { params: [name], result: 'boolean', doc: 'Makes a group of the files active.' },
  removeProcessGroup: {
    params: [name],
    result: 'boolean',
    doc: 'Forgets a group, all of whose processes have stopped.',
  },
  startProcess: { params: [name, wait], result: 'boolean', doc: 'Starts a process (name, group:name or group:*).' },
  startProcessGroup: { params: [name, wait], result: 'array', doc: 'Starts every process of a group.' },
  startAllProcesses: { params: [wait], result: 'array', doc: 'Starts every process there is.' },
  stopProcess: { params: [name, wait], result: 'boolean', doc: 'Stops a process (name, group:name or group:*).' },
  stopProcessGroup: { params: [name, wait], result: 'array', doc: 'Stops every process of a group.' },
  stopAllProcesses: { params: [wait], result: 'array', doc: 'Stops every process there is.' },
  signalProcess: { params: [name, signal], result: 'boolean', doc: 'Sends a process a signal, by name or number.' },
  signalProcessGroup: { params: [name, signal], result: 'array', doc: 'Sends every process of a group a signal.' },
  signalAllProcesses: { params: [signal], result: 'array', doc: 'Sends every process there is a signal.' },
  getProcessInfo: { params: [name], result: 'struct', doc: 'How a process is doing.' },
  getAllProcessInfo: { params: [], result: 'array', doc: 'How every process is doing.' },
  getAllConfigInfo: { params: [], result: 'array', doc: 'The settings of every process, as the files last said.' },
  readProcessStdoutLog: {
    params: [name, offset, length],
    result: 'string',
    aliases: ['readProcessLog'],
    doc: "Length bytes of a process's stdout log from an offset; a negative offset and length 0 read its end.",
  },
  readProcessStderrLog: {
    params: [name, offset, length],
    result: 'string',
    doc: "Length bytes of a process's stderr log from an offset; a negative offset and length 0 read its end.",
  },
  tailProcessStdoutLog: {
    params: [name, offset, length],
    result: 'array',
    aliases: ['tailProcessLog'],
    doc: "What is new in a process's stdout log since an offset: the text, the next offset, whether some was skipped.",
  },
  tailProcessStderrLog: {
    params: [name, offset, length],
    result: 'array',
    doc: "What is new in a process's stderr log since an offset: the text, the next offset, whether some was skipped.",
  },
  clearProcessLogs: {
    params: [name],
    result: 'boolean',
    aliases: ['clearProcessLog'],
    doc: 'Empties both logs of a process.',
  },
  clearAllProcessLogs: { params: [], result: 'array', doc: 'Empties both logs of every process.' },
  sendProcessStdin: {
    params: [name, { name: 'chars', type: 'string', quoted: true }],
    result: 'boolean',
    doc: 'Writes text to the standard input of a process.',
  },
  sendRemoteCommEvent: {
    params: [
      { name: 'type', type: 'string', orNumber: true },
      { name: 'data', type: 'string', orNumber: true },
    ],
    result: 'boolean',
    doc: 'Tells the event listeners something: a REMOTE_COMMUNICATION event.',
  },
} as const satisfies Record<keyof SupervisorMethods, MethodDeclaration>;

export const systemMethods = {
  listMethods: { params: [], result: 'array', doc: 'The names of all methods.' },
  methodHelp: { params: [name], result: 'string', doc: 'What a method does.' },
  methodSignature: {
    params: [name],
    result: 'array',
    doc: "The type of a method's result, then those of its parameters.",
  },
  multicall: {
    params: [{ name: 'calls', type: 'array' }],
    result: 'array',
    doc: 'Makes many calls, one after the other: structs of methodName and params. A refusal becomes a struct.',
  },
} as const satisfies Record<string, MethodDeclaration>;
