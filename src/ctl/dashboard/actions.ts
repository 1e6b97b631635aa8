/** What can be done to processes from the dashboard: as calls, as the control command's line, and what it asks first. */

export type Verb = 'start' | 'stop' | 'restart' | 'reload' | 'roll' | 'scale' | 'signal' | 'clear';

export interface Act {
  readonly verb: Verb;
  /** Which of the daemons. */
  readonly daemon: number;
  /** `group:process` or `group:*`. */
  readonly targets: readonly string[];
  /** A signal, or a number of processes. */
  readonly argument?: string;
}

export interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
}

/**
 * Calls in steps: those of a step are sent together, the next step when they have been answered, however. A process
 * that was not running is no failure of `restart`.
 */
export function callsOf({ verb, targets, argument = '' }: Act): readonly (readonly Call[])[] {
  const each = (one: string, group: string, ...params: readonly unknown[]): Call[] =>
    targets.map((target) =>
      target.endsWith(':*')
        ? { method: `supervisor.${group}`, params: [target.slice(0, -2), ...params] }
        : { method: `supervisor.${one}`, params: [target, ...params] },
    );
  switch (verb) {
    case 'start':
      return [each('startProcess', 'startProcessGroup', false)];
    case 'stop':
      return [each('stopProcess', 'stopProcessGroup', false)];
    case 'restart':
      return [each('stopProcess', 'stopProcessGroup', true), each('startProcess', 'startProcessGroup', false)];
    case 'signal':
      return [each('signalProcess', 'signalProcessGroup', argument)];
    case 'clear':
      return [targets.map((target) => ({ method: 'supervisor.clearProcessLogs', params: [target] }))];
    case 'reload':
      return [[{ method: 'tssupervisor.reload', params: [targets] }]];
    case 'roll':
      return [groupsOf(targets).map((group) => ({ method: 'tssupervisor.roll', params: [`${group}:*`] }))];
    case 'scale':
      return [groupsOf(targets).map((group) => ({ method: 'tssupervisor.scale', params: [group, argument] }))];
    default:
      return verb satisfies never;
  }
}

/** What a person types for the same. `serverurl`: only if the daemon is not the one that a plain command talks to. */
export function commandLineOf({ verb, targets, argument = '' }: Act, serverurl: string | undefined): string {
  const words = ['tssupervisorctl', ...(serverurl === undefined ? [] : ['-s', serverurl]), verb];
  switch (verb) {
    case 'signal':
      return [...words, argument, ...targets.map(shown)].join(' ');
    case 'roll':
      return groupsOf(targets)
        .map((group) => [...words, `'${group}:*'`].join(' '))
        .join('; ');
    case 'scale':
      return groupsOf(targets)
        .map((group) => [...words, `${group}=${argument}`].join(' '))
        .join('; ');
    default:
      return [...words, ...targets.map(shown)].join(' ');
  }
}

/** Whether it costs something that does not come back by itself, so that a person is asked first. */
export function asksFirst({ verb, targets, argument = '' }: Act, victims: readonly string[]): boolean {
  switch (verb) {
    case 'stop':
    case 'restart':
      return victims.length > 1 || targets.some((target) => target.endsWith(':*'));
    case 'clear':
      return true;
    case 'signal':
      return argument === 'KILL' || victims.length > 1;
    case 'scale':
      return !argument.startsWith('+');
    default:
      return false;
  }
}

function groupsOf(targets: readonly string[]): readonly string[] {
  return [...new Set(targets.map((target) => target.slice(0, target.indexOf(':'))))];
}

/** `web:web` is `web`; a group is quoted for the shell. */
function shown(target: string): string {
  const at = target.indexOf(':');
  const [group, name] = [target.slice(0, at), target.slice(at + 1)];
  if (name === '*') return `'${target}'`;
  return group === name ? name : target;
}
