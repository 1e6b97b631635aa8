import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe } from 'vitest';
import {
  type DaemonKind,
  type DaemonOptions,
  debian,
  ours,
  startDaemon,
  type TestDaemon,
} from '../../support/daemon.ts';
import { needs } from '../../support/skips.ts';

/**
 * The same tests for our daemon and for Supervisor's: what both do is what Supervisor does. `{kind}` in the name
 * stands for the daemon's.
 */
export function describeKinds(name: string, body: (kind: DaemonKind, isOurs: boolean) => void): void {
  describe(name.replace('{kind}', ours.name), () => body(ours, true));
  needs('supervisor').describe(name.replace('{kind}', debian.name), () => body(debian, false));
}

export interface ProcessInfo {
  readonly name: string;
  readonly group: string;
  readonly pid: number;
  readonly statename: string;
  readonly spawnerr: string;
  readonly exitstatus: number;
  readonly description: string;
  readonly start: number;
  readonly stop: number;
  readonly stdout_logfile: string;
  readonly stderr_logfile: string;
}

/** A `[program:NAME]` with a shell script as its command; settings are `key=value`. */
export function script(name: string, text: string, ...settings: readonly string[]): string {
  if (text.includes('"')) throw new Error(`A script is put into double quotes: ${text}`);
  return program(name, `sh -c "${text.replaceAll('%', '%%')}"`, ...settings);
}

export function program(name: string, command: string, ...settings: readonly string[]): string {
  return [`[program:${name}]`, `command=${command}`, ...settings, '', ''].join('\n');
}

export async function infoOf(daemon: TestDaemon, name: string): Promise<ProcessInfo> {
  return (await daemon.rpc('supervisor.getProcessInfo', name)) as unknown as ProcessInfo;
}

/** Waits until the process is in that state. */
export function untilState(daemon: TestDaemon, name: string, ...states: readonly string[]): Promise<ProcessInfo> {
  return daemon.until(`${name} is ${states.join(' or ')}`, async () => {
    const info = await infoOf(daemon, name);
    return states.includes(info.statename) && info;
  });
}

/** Lines of the daemon's log that name `name`, without their time, pids masked. */
export function linesOf(daemon: TestDaemon, name: string): string[] {
  const named = new RegExp(`(^|[ '"])${name}([ '":,]|$)`);
  return logLines(daemon).flatMap(({ text }) => (named.test(text) ? [text] : []));
}

export interface LogLine {
  /** Milliseconds since midnight. */
  readonly atMs: number;
  /** `INFO spawned: 'x' with pid N`. */
  readonly text: string;
}

export function logLines(daemon: TestDaemon): LogLine[] {
  return daemon
    .log()
    .split('\n')
    .flatMap((line) => {
      const found = /^\d{4}-\d\d-\d\d (\d\d):(\d\d):(\d\d),(\d{3}) (.*)$/.exec(line);
      if (found === null) return [];
      const [, hours, minutes, seconds, ms, text = ''] = found;
      const atMs = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(ms);
      return [{ atMs, text: text.replace(/pid \d+/, 'pid N').replace(/\(\d+\)/, '(N)') }];
    });
}

/** The text of a file; empty while it is not there. */
export function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** Describes what one daemon of a kind does, which is started before the first test and stopped after the last. */
export function withDaemon(
  name: string,
  options: () => DaemonOptions | Promise<DaemonOptions>,
  body: (daemon: () => TestDaemon) => void,
): void {
  describe(name, () => {
    let daemon: TestDaemon | undefined;
    beforeAll(async () => {
      daemon = await startDaemon(await options());
    });
    afterAll(async () => {
      // Supervisor ends one group a second; told before, all end together.
      await daemon?.rpc('supervisor.stopAllProcesses').catch(() => undefined);
      await daemon?.stop();
    });
    body(() => {
      if (daemon === undefined) throw new Error('The daemon did not start');
      return daemon;
    });
  });
}
