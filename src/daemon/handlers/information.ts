/**
 * What runs and how it is configured. `getAllProcessInfo` is asked for all the time, by dashboards and by every
 * `status`, so nothing is encoded twice: a process's own part is kept until its record changes, and the whole answer
 * is kept for as long as nothing changed and the clock shows the same second.
 */
import type { SupervisorMethods } from '../../rpc/methods.ts';
import { moodCodes, stateCodes } from '../../rpc/states.ts';
import type { ConfigInfo, ProcessInfo } from '../../rpc/structs.ts';
import { clampInt, encodedArray, encodeValue, PreEncoded } from '../../rpc/xml.ts';
import type { GroupConfig, LoadedConfig, LogTarget, ProcessConfig } from '../config/model.ts';
import type { ProcessRecord } from '../core/process-record.ts';
import { pidOf } from '../core/process-record.ts';
import type { ProcessId } from '../core/supervisor-messages.ts';
import { processId } from '../core/supervisor-messages.ts';
import { describe } from '../description.ts';
import type { HandlerContext } from './context.ts';
import { processOf, refuseUnlessUp } from './context.ts';

/** The version of Supervisor that this daemon stands in for, and of its RPC interface. */
export const SUPERVISOR_VERSION = '4.2.5';
const API_VERSION = '3.0';

type InformationMethods = Pick<
  SupervisorMethods,
  | 'getAPIVersion'
  | 'getSupervisorVersion'
  | 'getIdentification'
  | 'getState'
  | 'getPID'
  | 'getProcessInfo'
  | 'getAllProcessInfo'
  | 'getAllConfigInfo'
>;

export function informationHandlers(context: HandlerContext): InformationMethods {
  const allProcessInfo = new AllProcessInfo(context);
  const configInfos = new AllConfigInfo(context);
  const up = <Value>(answer: () => Value): (() => Value) => {
    return () => {
      refuseUnlessUp(context);
      return answer();
    };
  };
  return {
    getAPIVersion: up(() => API_VERSION),
    getSupervisorVersion: up(() => SUPERVISOR_VERSION),
    getIdentification: up(() => context.identifier),
    getState: up(() => ({ statecode: moodCodes.RUNNING, statename: 'RUNNING' as const })),
    getPID: up(() => process.pid),
    getProcessInfo(name) {
      refuseUnlessUp(context);
      return processInfo(context, processOf(context, name));
    },
    getAllProcessInfo: up(() => allProcessInfo.answer()),
    getAllConfigInfo: up(() => configInfos.answer()),
  };
}

const emptyRecord: Pick<ProcessRecord, 'startEpoch' | 'stopEpoch'> = { startEpoch: 0, stopEpoch: 0 };

/** What getProcessInfo answers, whatever the daemon's mood. */
export function processInfo(context: HandlerContext, id: ProcessId): ProcessInfo {
  const { runtime, programs, os, reasons } = context;
  const spec = runtime.supervisor.spec(id);
  const record = runtime.supervisor.record(id);
  const stateName = record?.state.name ?? 'UNKNOWN';
  const now = clampInt(os.epoch());
  const stdout = programs.logPath(id, 'stdout') ?? '';
  return {
    name: spec?.name ?? '',
    group: spec?.group ?? '',
    start: clampInt((record ?? emptyRecord).startEpoch),
    stop: clampInt((record ?? emptyRecord).stopEpoch),
    now,
    state: stateCodes[stateName],
    statename: stateName,
    spawnerr: record?.spawnError ?? '',
    exitstatus: record?.exitStatus ?? 0,
    logfile: stdout,
    stdout_logfile: stdout,
    stderr_logfile: programs.logPath(id, 'stderr') ?? '',
    pid: record === undefined ? 0 : pidOf(record.state),
    description: record === undefined ? '' : describe(record, spec?.name ?? '', now, () => reasons.of(id)),
  };
}

/** One process's struct in pieces: what is between changes with the clock. */
interface Encoded {
  readonly record: ProcessRecord;
  readonly beforeNow: string;
  readonly beforeDescription: string;
}

class AllProcessInfo {
  readonly #context: HandlerContext;
  readonly #encoded = new Map<ProcessId, Encoded>();
  #order: readonly ProcessId[] = [];
  #layout = -1;
  #answer: { readonly revision: number; readonly epoch: number; readonly body: PreEncoded } | undefined;

  constructor(context: HandlerContext) {
    this.#context = context;
  }

  answer(): PreEncoded {
    const { runtime, os } = this.#context;
    const epoch = os.epoch();
    const { revision } = runtime;
    if (this.#answer?.revision === revision && this.#answer.epoch === epoch) return this.#answer.body;
    this.#lookAtGroups();
    let items = '';
    for (const id of this.#order) items += this.#item(id, epoch);
    const body = PreEncoded.fromText(encodedArray(items));
    this.#answer = { revision, epoch, body };
    return body;
  }

  /** Lexical by group, then by process, as Supervisor sorts them. */
  #lookAtGroups(): void {
    const { supervisor } = this.#context.runtime;
    if (supervisor.layout === this.#layout) return;
    this.#layout = supervisor.layout;
    this.#order = supervisor
      .groupNames()
      .sort()
      .flatMap((name) => [...(supervisor.idsOf(name) ?? [])].sort());
    // A process that came in the place of another may have its record, that of one never started, but not its logs.
    this.#encoded.clear();
  }

  #item(id: ProcessId, epoch: number): string {
    const record = this.#context.runtime.supervisor.record(id);
    if (record === undefined) return '';
    let encoded = this.#encoded.get(id);
    if (encoded === undefined || encoded.record !== record) {
      encoded = this.#encode(id, record);
      this.#encoded.set(id, encoded);
    }
    const name = this.#context.runtime.supervisor.spec(id)?.name ?? '';
    const description = encodeValue(describe(record, name, epoch, () => this.#context.reasons.of(id)));
    return `${encoded.beforeNow}${encodeValue(epoch)}${encoded.beforeDescription}${description}</member>\n</struct></value>\n`;
  }

  #encode(id: ProcessId, record: ProcessRecord): Encoded {
    const text = encodeValue(processInfo(this.#context, id));
    const nowAt = text.indexOf('<name>now</name>\n') + '<name>now</name>\n'.length;
    const afterNow = text.indexOf('</member>', nowAt);
    const descriptionAt = text.lastIndexOf('<name>description</name>\n') + '<name>description</name>\n'.length;
    return {
      record,
      beforeNow: text.slice(0, nowAt),
      beforeDescription: text.slice(afterNow, descriptionAt),
    };
  }
}

const text = (value: string | number | undefined): string => (value === undefined ? 'none' : String(value));

/** Kept until the files are read again or a group comes or goes. */
class AllConfigInfo {
  readonly #context: HandlerContext;
  #answer: { readonly loaded: LoadedConfig; readonly layout: number; readonly body: PreEncoded } | undefined;

  constructor(context: HandlerContext) {
    this.#context = context;
  }

  answer(): PreEncoded {
    const loaded = this.#context.loaded();
    const { layout } = this.#context.runtime.supervisor;
    if (this.#answer?.loaded === loaded && this.#answer.layout === layout) return this.#answer.body;
    const all = loaded.groups.flatMap((group) =>
      group.processes.map((config) => configInfo(this.#context, group, config)),
    );
    // By the process's name only: Supervisor's order.
    const body = PreEncoded.of(all.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)));
    this.#answer = { loaded, layout, body };
    return body;
  }
}

function configInfo(context: HandlerContext, group: GroupConfig, config: ProcessConfig): ConfigInfo {
  const { programs, runtime } = context;
  const id = processId(group.name, config.name);
  // An automatic log has its name from the moment that its group is made of these very settings.
  const isActive = programs.config(id) === config;
  const logfile = (target: LogTarget, channel: 'stdout' | 'stderr'): string => {
    if (target.type === 'none') return 'none';
    if (target.type === 'file') return target.path;
    return (isActive ? programs.logPath(id, channel) : undefined) ?? 'auto';
  };
  const { stdout, stderr } = config;
  return {
    autostart: config.autostart,
    directory: text(config.directory),
    uid: config.uid ?? 'none',
    command: config.command,
    exitcodes: config.exitcodes,
    group: group.name,
    group_prio: group.priority,
    inuse: runtime.supervisor.hasGroup(group.name),
    killasgroup: config.killasgroup,
    name: config.name,
    process_prio: config.priority,
    redirect_stderr: config.redirect_stderr,
    startretries: config.startretries,
    startsecs: config.startsecs,
    stdout_capture_maxbytes: stdout.capture_maxbytes,
    stdout_events_enabled: stdout.events_enabled,
    stdout_logfile: logfile(stdout.logfile, 'stdout'),
    stdout_logfile_backups: stdout.logfile_backups,
    stdout_logfile_maxbytes: stdout.logfile_maxbytes,
    stdout_syslog: stdout.syslog,
    stopsignal: config.stopsignal,
    stopwaitsecs: config.stopwaitsecs,
    stderr_capture_maxbytes: stderr.capture_maxbytes,
    stderr_events_enabled: stderr.events_enabled,
    stderr_logfile: logfile(stderr.logfile, 'stderr'),
    stderr_logfile_backups: stderr.logfile_backups,
    stderr_logfile_maxbytes: stderr.logfile_maxbytes,
    stderr_syslog: stderr.syslog,
    serverurl: config.serverurl ?? 'none',
  };
}
