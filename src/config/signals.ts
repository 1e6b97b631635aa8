/** Linux's signals under the names that Python's signal module has for them, aliases included. */
const numbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGIOT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPOLL: 29,
  SIGPWR: 30,
  SIGSYS: 31,
  SIGRTMIN: 34,
  SIGRTMAX: 64,
  // Not signals, but names that begin alike in the module Supervisor looks them up in: it takes them.
  SIG_DFL: 0,
  SIG_IGN: 1,
  SIG_BLOCK: 0,
  SIG_UNBLOCK: 1,
  SIG_SETMASK: 2,
};

/** The numbers that a setting may name. 0 is among them, as in Supervisor. */
export const signalNumbers: ReadonlySet<number> = new Set(Object.values(numbers));

/** The number of `TERM`, `sigterm` or `SIGTERM`. */
export function numberOfSignal(name: string): number | undefined {
  const upper = name.toUpperCase();
  const full = upper.startsWith('SIG') ? upper : `SIG${upper}`;
  return Object.hasOwn(numbers, full) ? numbers[full] : undefined;
}

/** `SIGTERM` for 15: the first name where there are several. */
export function nameOfSignal(number: number): string | undefined {
  return Object.keys(numbers).find((name) => numbers[name] === number && !name.startsWith('SIG_'));
}
