import { Accounts, fakeHost } from '../../scripts/corpus/fake-host.ts';
import type { ConfigHost } from '../../src/daemon/config/host.ts';
import { type LoadRequest, loadConfig } from '../../src/daemon/config/load.ts';
import type { LoadedConfig, LoadResult } from '../../src/daemon/config/model.ts';

/** Where the made-up machine has its configuration. */
export const directory = '/etc/app';

export type Files = Readonly<Record<string, string>>;

/** A made-up machine on which these files exist, every directory, and every account with a plausible name. */
export function hostOf(files: Files, environment: Readonly<Record<string, string>> = {}): ConfigHost {
  const bytes = Object.entries(files).map(([name, text]) => [`${directory}/${name}`, Buffer.from(text)] as const);
  return fakeHost(new Map(bytes), environment, new Accounts(), directory);
}

/** Reads `main.conf` of the files, or a text that is to be `main.conf`. */
export function load(files: Files | string, request: Partial<LoadRequest> = {}): LoadResult {
  const environment = request.environment ?? { HOME: '/root' };
  const host = hostOf(typeof files === 'string' ? { 'main.conf': files } : files, { HOME: '/root' });
  return loadConfig({ file: `${directory}/main.conf`, ...request, environment }, host);
}

/** The configuration that comes out; the test fails with the problems if none does. */
export function loaded(files: Files | string, request: Partial<LoadRequest> = {}): LoadedConfig {
  const result = load(files, request);
  if (!result.ok) throw new Error(JSON.stringify(result.problems, undefined, 1));
  return result.config;
}
