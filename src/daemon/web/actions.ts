/**
 * What the buttons of the status page do, and what is said of it: Supervisor's words (supervisor/web.py). The calls
 * are those of XML-RPC, and an action is over when they are.
 */
import { faultCodes } from '../../rpc/faults.ts';
import { readNamespec } from '../../rpc/names.ts';
import type { PageDaemon } from './model.ts';

type Action = (daemon: PageDaemon, name: string) => Promise<string>;

/** Actions on all processes. */
const forAll: Readonly<Record<string, Action>> = {
  async stopall(daemon) {
    const outcome = await daemon.call('stopAllProcesses', true);
    return 'value' in outcome ? `All stopped at ${ctime(daemon.now())}` : unexpected(outcome);
  },
  async restartall(daemon) {
    await daemon.call('stopAllProcesses', true);
    const outcome = await daemon.call('startAllProcesses', true);
    return 'value' in outcome ? `All restarted at ${ctime(daemon.now())}` : unexpected(outcome);
  },
};

/** Actions on the process that the request names. */
const forOne: Readonly<Record<string, Action>> = {
  async start(daemon, name) {
    const outcome = await daemon.call('startProcess', name, true);
    if ('value' in outcome) return `Process ${name} started`;
    return `ERROR: Process ${name}: ${startRefusals.get(outcome.code) ?? unexpected(outcome)}`;
  },
  async stop(daemon, name) {
    const outcome = await daemon.call('stopProcess', name, true);
    return 'value' in outcome ? `Process ${name} stopped` : unexpected(outcome);
  },
  // Whatever became of the two calls: Supervisor does not look, and what did not start is in the table.
  async restart(daemon, name) {
    await daemon.call('stopProcess', name, true);
    await daemon.call('startProcess', name, true);
    return `Process ${name} restarted`;
  },
  async clearlog(daemon, name) {
    const outcome = await daemon.call('clearProcessLogs', name);
    return 'value' in outcome ? `Log for ${name} cleared` : unexpected(outcome);
  },
};

const startRefusals: ReadonlyMap<number, string> = new Map([
  [faultCodes.NO_FILE, 'no such file'],
  [faultCodes.NOT_EXECUTABLE, 'file not executable'],
  [faultCodes.ALREADY_STARTED, 'already started'],
  [faultCodes.SPAWN_ERROR, 'spawn error'],
  [faultCodes.ABNORMAL_TERMINATION, 'abnormal termination'],
]);

export function unexpected({ code, text }: { readonly code: number; readonly text: string }): string {
  return `unexpected rpc fault [${code}] ${text}`;
}

/** What `Refresh` says; it changes nothing. */
export function refreshed(daemon: PageDaemon): string {
  return `Page refreshed at ${ctime(daemon.now())}`;
}

/** Does it and answers with the message for the page; undefined if there is no such action, or it needs a name. */
export async function perform(daemon: PageDaemon, action: string, name: string): Promise<string | undefined> {
  if (Object.hasOwn(forAll, action)) return forAll[action]?.(daemon, name);
  if (!Object.hasOwn(forOne, action) || name === '') return undefined;
  const { group, process } = readNamespec(name);
  if (process === undefined || !daemon.has(group, process)) return `No such process named ${name}`;
  return forOne[action]?.(daemon, name);
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** Local time as C's ctime(3) writes it: `Sun Nov  1 20:06:57 2026`. */
function ctime(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  const day = String(date.getDate()).padStart(2, ' ');
  return `${days[date.getDay()]} ${months[date.getMonth()]} ${day} ${time} ${date.getFullYear()}`;
}
