import { Fault, faultCodes } from '../rpc/faults.ts';
import type { XmlRpcStruct, XmlRpcValue } from '../rpc/xml.ts';
import { faultIn } from './batches.ts';
import { readUpstream, type UpstreamInfo } from './upstream-info.ts';

/** The daemon's `supervisor.*` methods that commands use, typed. A refusal is thrown as a Fault. */
export interface Supervisor {
  getVersion(): Promise<string>;
  getSupervisorVersion(): Promise<string>;
  getPID(): Promise<number>;
  getProcessInfo(name: string): Promise<ProcessInfo>;
  getAllProcessInfo(): Promise<readonly ProcessInfo[]>;
  /** `getVersion` and `getAllProcessInfo` in one request: `status` is what scripts run most. */
  getVersionAndAllProcessInfo(): Promise<readonly [version: string, infos: readonly ProcessInfo[]]>;
  getAllConfigInfo(): Promise<readonly ConfigInfo[]>;
  startProcess(name: string): Promise<void>;
  startProcessGroup(name: string): Promise<readonly ProcessResult[]>;
  startAllProcesses(): Promise<readonly ProcessResult[]>;
  stopProcess(name: string): Promise<void>;
  stopProcessGroup(name: string): Promise<readonly ProcessResult[]>;
  stopAllProcesses(): Promise<readonly ProcessResult[]>;
  signalProcess(name: string, signal: string): Promise<void>;
  signalProcessGroup(name: string, signal: string): Promise<readonly ProcessResult[]>;
  signalAllProcesses(signal: string): Promise<readonly ProcessResult[]>;
  clearProcessLogs(name: string): Promise<void>;
  clearAllProcessLogs(): Promise<readonly ProcessResult[]>;
  readLog(offset: number, length: number): Promise<string>;
  readProcessStdoutLog(name: string, offset: number, length: number): Promise<string>;
  readProcessStderrLog(name: string, offset: number, length: number): Promise<string>;
  sendProcessStdin(name: string, chars: string): Promise<void>;
  reloadConfig(): Promise<ConfigChanges>;
  addProcessGroup(name: string): Promise<void>;
  removeProcessGroup(name: string): Promise<void>;
  shutdown(): Promise<void>;
  restart(): Promise<void>;
  /** Ours: `tssupervisor.startAlone`, of a process, `group:*` or `all`; to Supervisor every start is one like that. */
  startAlone(name: string): Promise<readonly ProcessResult[]>;
  /** Ours: `tssupervisor.roll`; the id of the job. */
  roll(name: string, batch: string, force: boolean): Promise<string>;
  /** Ours: `tssupervisor.scale`; the id of the job, empty if there is nothing to do. `count`: 6, +2 or -2. */
  scale(name: string, count: string): Promise<string>;
  getJobs(): Promise<readonly JobInfo[]>;
  /** Waits until the job has said more than up to `cursor`, or is over. */
  waitJob(id: string, cursor: number): Promise<JobInfo>;
  cancelJob(id: string): Promise<void>;
  /** Ours: `tssupervisor.getLogOffset`. */
  getLogOffset(name: string, channel: string, since: string): Promise<LogOffset>;
  /** Ours: `tssupervisor.closeSockets`; the URLs of those that were open. */
  closeSockets(name: string): Promise<readonly string[]>;
  /** Ours: `tssupervisor.update`; the id of the job, empty if there is nothing to do. */
  update(names: readonly string[]): Promise<string>;
  /** Ours: `tssupervisor.reload`; the id of the job. */
  reload(names: readonly string[]): Promise<string>;
  /** Ours: `tssupervisor.planUpdate`. */
  planUpdate(names: readonly string[]): Promise<readonly ProcessChange[]>;
  /** Ours: `tssupervisor.getPorts`. */
  getPorts(): Promise<readonly PortInfo[]>;
  getUpstreams(): Promise<readonly UpstreamInfo[]>;
}

export interface JobInfo {
  readonly id: string;
  readonly what: string;
  readonly state: string;
  readonly cursor: number;
  readonly lines: readonly string[];
}

/** What an update would do to a process, and because of which settings. */
export interface ProcessChange {
  readonly group: string;
  readonly name: string;
  readonly change: string;
  readonly keys: readonly string[];
}

/** One port of one process, and who listens there. */
export interface PortInfo {
  readonly group: string;
  readonly name: string;
  readonly key: string;
  readonly bind: string;
  readonly port: number;
  readonly statename: string;
  readonly holders: readonly { readonly pid: number; readonly command: string; readonly startedas: string }[];
}

/** Where in a log to begin; `isCut`: something of that time has been rotated away. */
export interface LogOffset {
  readonly offset: number;
  readonly isCut: boolean;
}

/** `state` is a number and not one of our names: another version may send one that we do not know. */
export interface ProcessInfo {
  readonly name: string;
  readonly group: string;
  readonly state: number;
  readonly statename: string;
  readonly description: string;
  readonly pid: number;
}

export interface ConfigInfo {
  readonly name: string;
  readonly group: string;
  readonly inuse: boolean;
  readonly autostart: boolean;
  readonly group_prio: number;
  readonly process_prio: number;
}

/** What became of one process in a call for many; `status` is a fault's code, SUCCESS among them. */
export interface ProcessResult {
  readonly name: string;
  readonly group: string;
  readonly status: number;
  readonly description: string;
}

/** Names of groups. */
export interface ConfigChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** The server's answer is XML-RPC, but not what this method answers with. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
}

type Caller = { call(method: string, params?: readonly XmlRpcValue[]): Promise<XmlRpcValue> };

/** The methods, over a connection. */
export function supervisorOver(client: Caller): Supervisor {
  const call = (method: string, ...params: XmlRpcValue[]) => client.call(`supervisor.${method}`, params);
  const done = async (method: string, ...params: XmlRpcValue[]): Promise<void> => {
    await call(method, ...params);
  };
  const results = async (method: string, ...params: XmlRpcValue[]) =>
    list(await call(method, ...params)).map(readProcessResult);
  return {
    getVersion: async () => text(await call('getVersion')),
    getSupervisorVersion: async () => text(await call('getSupervisorVersion')),
    getPID: async () => number(await call('getPID')),
    getProcessInfo: async (name) => readProcessInfo(await call('getProcessInfo', name)),
    getAllProcessInfo: async () => list(await call('getAllProcessInfo')).map(readProcessInfo),
    getVersionAndAllProcessInfo: async () => {
      const [version, infos] = await both(client, 'supervisor.getVersion', 'supervisor.getAllProcessInfo');
      return [text(version), list(infos).map(readProcessInfo)];
    },
    getAllConfigInfo: async () => list(await call('getAllConfigInfo')).map(readConfigInfo),
    startProcess: (name) => done('startProcess', name),
    startProcessGroup: (name) => results('startProcessGroup', name),
    startAllProcesses: () => results('startAllProcesses'),
    stopProcess: (name) => done('stopProcess', name),
    stopProcessGroup: (name) => results('stopProcessGroup', name),
    stopAllProcesses: () => results('stopAllProcesses'),
    signalProcess: (name, signal) => done('signalProcess', name, signal),
    signalProcessGroup: (name, signal) => results('signalProcessGroup', name, signal),
    signalAllProcesses: (signal) => results('signalAllProcesses', signal),
    clearProcessLogs: (name) => done('clearProcessLogs', name),
    clearAllProcessLogs: () => results('clearAllProcessLogs'),
    readLog: async (offset, length) => text(await call('readLog', offset, length)),
    readProcessStdoutLog: async (name, offset, length) =>
      text(await call('readProcessStdoutLog', name, offset, length)),
    readProcessStderrLog: async (name, offset, length) =>
      text(await call('readProcessStderrLog', name, offset, length)),
    sendProcessStdin: (name, chars) => done('sendProcessStdin', name, chars),
    reloadConfig: async () => readChanges(await call('reloadConfig')),
    addProcessGroup: (name) => done('addProcessGroup', name),
    removeProcessGroup: (name) => done('removeProcessGroup', name),
    shutdown: () => done('shutdown'),
    restart: () => done('restart'),
    startAlone: async (name) => list(await client.call('tssupervisor.startAlone', [name])).map(readProcessResult),
    roll: async (name, batch, force) => text(await client.call('tssupervisor.roll', [name, batch, force])),
    scale: async (name, count) => text(await client.call('tssupervisor.scale', [name, count])),
    getJobs: async () => list(await client.call('tssupervisor.getJobs')).map(readJob),
    waitJob: async (id, cursor) => readJob(await client.call('tssupervisor.waitJob', [id, cursor])),
    cancelJob: async (id) => void (await client.call('tssupervisor.cancelJob', [id])),
    getLogOffset: async (name, channel, since) => {
      const found = struct(await client.call('tssupervisor.getLogOffset', [name, channel, since]));
      return { offset: number(found['offset']), isCut: found['iscut'] === true };
    },
    closeSockets: async (name) => list(await client.call('tssupervisor.closeSockets', [name])).map(text),
    getUpstreams: async () => list(await client.call('tssupervisor.getUpstreams')).map(readUpstream),
    update: async (names) => text(await client.call('tssupervisor.update', [[...names]])),
    reload: async (names) => text(await client.call('tssupervisor.reload', [[...names]])),
    planUpdate: async (names) => list(await client.call('tssupervisor.planUpdate', [[...names]])).map(readChange),
    getPorts: async () => list(await client.call('tssupervisor.getPorts')).map(readPort),
  };
}

/** Two calls in one request, or in two where the server knows no `system.multicall`. The first refusal is thrown. */
async function both(client: Caller, ...methods: readonly [string, string]): Promise<readonly XmlRpcValue[]> {
  try {
    const results = list(
      await client.call('system.multicall', [methods.map((methodName) => ({ methodName, params: [] }))]),
    );
    for (const result of results) {
      const fault = faultIn(result);
      if (fault !== undefined) throw fault;
    }
    return results;
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== faultCodes.UNKNOWN_METHOD) throw error;
    return [await client.call(methods[0]), await client.call(methods[1])];
  }
}

function readProcessInfo(value: XmlRpcValue): ProcessInfo {
  const info = struct(value);
  return {
    name: text(info['name']),
    group: text(info['group']),
    state: number(info['state']),
    statename: text(info['statename']),
    description: text(info['description']),
    pid: number(info['pid']),
  };
}

function readJob(value: XmlRpcValue): JobInfo {
  const info = struct(value);
  return {
    id: text(info['id']),
    what: text(info['what']),
    state: text(info['state']),
    cursor: number(info['cursor']),
    lines: list(info['lines']).map((line) => text(struct(line)['text'])),
  };
}

function readChange(value: XmlRpcValue): ProcessChange {
  const { group, name, change, keys } = struct(value);
  return { group: text(group), name: text(name), change: text(change), keys: list(keys).map(text) };
}

function readPort(value: XmlRpcValue): PortInfo {
  const info = struct(value);
  return {
    group: text(info['group']),
    name: text(info['name']),
    key: text(info['key']),
    bind: text(info['bind']),
    port: number(info['port']),
    statename: text(info['statename']),
    holders: list(info['holders']).map((one) => {
      const holder = struct(one);
      return { pid: number(holder['pid']), command: text(holder['command']), startedas: text(holder['startedas']) };
    }),
  };
}

function readConfigInfo(value: XmlRpcValue): ConfigInfo {
  const info = struct(value);
  return {
    name: text(info['name']),
    group: text(info['group']),
    inuse: info['inuse'] === true,
    autostart: info['autostart'] === true,
    group_prio: number(info['group_prio']),
    process_prio: number(info['process_prio']),
  };
}

function readProcessResult(value: XmlRpcValue): ProcessResult {
  const result = struct(value);
  return {
    name: text(result['name']),
    group: text(result['group']),
    status: number(result['status']),
    description: text(result['description']),
  };
}

// One outer element that holds the three lists.
function readChanges(value: XmlRpcValue): ConfigChanges {
  const [added, changed, removed] = list(list(value)[0]).map((names) => list(names).map(text));
  return { added: added ?? [], changed: changed ?? [], removed: removed ?? [] };
}

function text(value: XmlRpcValue | undefined): string {
  if (typeof value !== 'string') throw unexpected('a text', value);
  return value;
}

function number(value: XmlRpcValue | undefined): number {
  if (typeof value !== 'number') throw unexpected('a number', value);
  return value;
}

function list(value: XmlRpcValue | undefined): readonly XmlRpcValue[] {
  if (!Array.isArray(value)) throw unexpected('an array', value);
  return value;
}

function struct(value: XmlRpcValue | undefined): XmlRpcStruct {
  if (typeof value !== 'object' || Array.isArray(value)) throw unexpected('a struct', value);
  return value as XmlRpcStruct;
}

function unexpected(wanted: string, got: XmlRpcValue | undefined): UnexpectedAnswer {
  return new UnexpectedAnswer(`Cannot read the answer: expected ${wanted}, got ${JSON.stringify(got) ?? 'nothing'}`);
}
