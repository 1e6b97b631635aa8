/** A daemon as the pages see it: its processes are written down, its calls are recorded and answered as told. */
import type { PageDaemon, PoolTrouble } from '../../src/daemon/web/model.ts';
import type { StateName } from '../../src/rpc/states.ts';
import { stateCodes } from '../../src/rpc/states.ts';
import type { ProcessInfo } from '../../src/rpc/structs.ts';

export function processInfo(name: string, statename: StateName, more: Partial<ProcessInfo> = {}): ProcessInfo {
  return {
    ...{ name, group: name, start: 0, stop: 0, now: 0, state: stateCodes[statename], statename, spawnerr: '' },
    ...{ exitstatus: 0, logfile: '', stdout_logfile: '', stderr_logfile: '', pid: 0, description: '', ...more },
  };
}

export class ToyPageDaemon implements PageDaemon {
  readonly identifier = 'supervisor';
  readonly machine = 'box';
  readonly versions = { supervisor: '4.2.5', own: '1.2.3' };
  readonly token = 'the-token';
  readonly calls: unknown[][] = [];
  pools: readonly PoolTrouble[] = [];
  list: readonly ProcessInfo[] | undefined;
  /** The answer to each call: a value, or the code and text of a fault. */
  outcome: unknown = { value: true };

  constructor(list: readonly ProcessInfo[] | undefined = []) {
    this.list = list;
  }

  readonly call: PageDaemon['call'] = async (...call) => {
    this.calls.push(call);
    return this.outcome as Awaited<ReturnType<PageDaemon['call']>> as never;
  };

  has(group: string, process: string): boolean {
    return this.list?.some((one) => one.group === group && one.name === process) ?? false;
  }

  processes(): readonly ProcessInfo[] | undefined {
    return this.list;
  }

  troubledPools(): readonly PoolTrouble[] {
    return this.pools;
  }

  now(): number {
    return new Date(2026, 10, 1, 9, 5, 7).getTime();
  }
}
