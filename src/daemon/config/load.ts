/** Reads a configuration: files in, groups, servers and the daemon's own settings out, or all that is wrong. */
import { environmentNames } from '../../config/expand.ts';
import { absolutePath } from '../../config/paths.ts';
import { resolveDependencies } from './dependencies.ts';
import { readGroups } from './groups.ts';
import { type ConfigHost, nodeHost } from './host.ts';
import { readFiles } from './include.ts';
import type { GroupConfig, LoadResult, Problem } from './model.ts';
import { PortLedger } from './port-ledger.ts';
import { fixedPorts, reportClashes } from './ports.ts';
import { readRpcInterfaces } from './rpcinterfaces.ts';
import { Scales } from './scales.ts';
import { readServers } from './servers.ts';
import { suggestionsFor } from './suggestions.ts';
import { type Overrides, readOverrides, readSupervisord, resolveUser } from './supervisord.ts';
import { readUpstreams, withDrains } from './upstreams.ts';

export interface LoadRequest {
  /** The main file, as it was named on the command line or found. */
  readonly file: string;
  /** What the command line says; wins over the files. */
  readonly overrides?: Overrides;
  /** The environment the daemon was started with. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Remembers automatic ports from one reading to the next. */
  readonly ledger?: PortLedger;
  /** Numbers of processes that are wanted instead of those in the files. */
  readonly scales?: Scales;
}

/** Synchronous, and without effects: nothing but the ledger and the scales is kept between two calls. */
export function loadConfig(request: LoadRequest, host: ConfigHost = nodeHost(request.environment)): LoadResult {
  const overrides = readOverrides(request.overrides ?? {}, host);
  const problems: Problem[] = [...overrides.problems];
  const files = readFiles(request.file, environmentNames(request.environment), host);
  if (!files.ok) return { ok: false, problems: [...problems, ...files.problems], suggestions: [] };

  const { reading, warnings, infos } = files.set;
  const { ini } = reading;
  const suggestions = suggestionsFor(ini);
  if (!ini.has('supervisord')) {
    const message = '.ini file does not include supervisord section';
    const nowhere = { file: request.file, line: undefined, section: 'supervisord', key: undefined };
    return { ok: false, problems: [...problems, { ...nowhere, message }], suggestions };
  }
  const parseWarnings = [...warnings];
  const written = readSupervisord(reading, overrides.values);
  const rpcinterfaces = readRpcInterfaces(reading);
  const scales = request.scales ?? new Scales();
  scales.begin();
  reading.countOf = (section, written) => scales.countOf(section, written);
  const fixed = fixedPorts(reading);
  const ledger = request.ledger ?? new PortLedger();
  ledger.begin();
  reading.portRange = written.port_range;
  reading.autoPort = (slot) => ledger.assign(slot, written.port_range, (port) => fixed.has(port));
  const groups = resolveDependencies(reading, readGroups(reading, parseWarnings), parseWarnings).map((group) =>
    withEnvironment(group, written.environment),
  );
  const httpServers = readServers(reading);
  reportClashes(reading, groups, httpServers);
  const upstreams = readUpstreams(reading, groups);
  const supervisord = resolveUser(reading, written, request.overrides?.user !== undefined);
  // A section may be read twice (at the level of the group and of the process) and be wrong in the same way.
  const said = new Set<string>();
  for (const problem of reading.problems) {
    const text = JSON.stringify(problem);
    if (!said.has(text)) problems.push(problem);
    said.add(text);
  }
  if (problems.length > 0) return { ok: false, problems, suggestions };
  return {
    ok: true,
    suggestions,
    config: {
      file: absolutePath(request.file, host.cwd),
      here: reading.here,
      files: files.set.files.map((file) => absolutePath(file, host.cwd)),
      ...(supervisord.watch_config && { includes: files.set.patterns }),
      supervisord,
      groups: upstreams.length === 0 ? groups : withDrains(groups, upstreams),
      httpServers,
      ...(upstreams.length > 0 && { upstreams }),
      rpcinterfaces,
      messages: { critical: [], warn: parseWarnings, info: infos },
    },
  };
}

/** Puts `[supervisord] environment` below the environment of every process. */
function withEnvironment(group: GroupConfig, environment: Readonly<Record<string, string>>): GroupConfig {
  if (Object.keys(environment).length === 0) return group;
  const processes = group.processes.map(({ uncounted, ...process }) => ({
    ...process,
    environment: { ...environment, ...process.environment },
    ...(uncounted && { uncounted: { ...uncounted, environment: { ...environment, ...uncounted.environment } } }),
  }));
  return { ...group, processes };
}
