/** Linux signal names by number: 1 to 31, and the two ends of the real-time range that Python's `signal` module names. */
const names: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  10: 'SIGUSR1',
  11: 'SIGSEGV',
  12: 'SIGUSR2',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
  16: 'SIGSTKFLT',
  17: 'SIGCHLD',
  18: 'SIGCONT',
  19: 'SIGSTOP',
  20: 'SIGTSTP',
  21: 'SIGTTIN',
  22: 'SIGTTOU',
  23: 'SIGURG',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
  26: 'SIGVTALRM',
  27: 'SIGPROF',
  28: 'SIGWINCH',
  29: 'SIGIO',
  30: 'SIGPWR',
  31: 'SIGSYS',
  34: 'SIGRTMIN',
  64: 'SIGRTMAX',
};

export const SIGKILL = 9;

/** `SIGTERM` for 15; a number without a name is `signal N`, as Supervisor prints it. */
export function signalName(signal: number): string {
  return names[signal] ?? `signal ${signal}`;
}

/** `exit status 3`, `terminated by SIGSEGV (core dumped)`. */
export function exitText(code: number | undefined, signal: number | undefined, coreDumped: boolean): string {
  if (signal === undefined) return `exit status ${code ?? 0}`;
  return `terminated by ${signalName(signal)}${coreDumped ? ' (core dumped)' : ''}`;
}
