/**
 * tspidproxy: runs a command that puts itself into the background, and hands signals on to the process that its
 * pidfile names. It behaves as Supervisor's pidproxy (4.2.5): see `usage`, and these, which its users rely on:
 *
 *   - the command's path is taken relative to the working directory, PATH is not searched;
 *   - TERM, INT and QUIT are handed on and end pidproxy at once, with status 0; HUP, USR1 and USR2 are handed on;
 *   - where the pidfile cannot be read nothing ends: that is said on stdout, and it goes on;
 *   - every five seconds it looks whether its child has ended, and then ends too, with status 0 whatever the child's.
 *
 * It is no part of the daemon and needs no addon. Node's child_process is right here: the command has to stay in
 * our process group, so that stopasgroup and killasgroup reach it, and it shares our three standard descriptors.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';

const LOOK_EVERY_MS = 5_000;
const forwarded = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGUSR1', 'SIGUSR2', 'SIGQUIT'] as const;
const ending: ReadonlySet<NodeJS.Signals> = new Set(['SIGTERM', 'SIGINT', 'SIGQUIT']);

function usage(program: string): string {
  return `
pidproxy -- run a command and pass signals on to the process in its pidfile.

It starts the command, and passes each signal that it receives to the process
whose number is in the pidfile.

Usage: ${program} <pidfile name> <command> [<cmdarg1> ...]

`;
}

function print(text: string): void {
  writeSync(1, text);
}

/** The number in the pidfile, or undefined if there is none to read. */
function readPid(pidfile: string): number | undefined {
  try {
    const text = readFileSync(pidfile, 'utf8').trim();
    return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}

function forward(signal: NodeJS.Signals, pidfile: string): void {
  const pid = readPid(pidfile);
  if (pid === undefined) {
    print(`Can't read child pidfile ${pidfile}!\n`);
    return;
  }
  try {
    process.kill(pid, signal);
  } catch (error) {
    writeSync(2, `Cannot send ${signal} to process ${pid} of "${pidfile}": ${(error as Error).message}\n`);
    process.exit(1);
  }
  if (ending.has(signal)) process.exit(0);
}

function run(pidfile: string, command: string, args: readonly string[]): void {
  let hasEnded = false;
  for (const signal of forwarded) process.on(signal, () => forward(signal, pidfile));
  const child = spawn(resolve(command), args, { argv0: command, stdio: 'inherit' });
  child.on('exit', () => {
    hasEnded = true;
  });
  child.on('error', (error) => {
    writeSync(2, `Cannot start "${command}": ${error.message}\n`);
    hasEnded = true;
  });
  setInterval(() => {
    if (hasEnded) process.exit(0);
  }, LOOK_EVERY_MS);
}

const [pidfile, command, ...args] = process.argv.slice(2);
if (pidfile === '--version' && command === undefined) {
  print(`tssupervisor ${process.env['TSSUPERVISOR_VERSION']}\n`);
} else if (pidfile === undefined || command === undefined) {
  print(usage(process.argv[1] ?? 'pidproxy'));
  process.exitCode = 1;
} else {
  run(pidfile, command, args);
}
