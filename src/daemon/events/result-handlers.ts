/**
 * What the answers of event listeners are worth: `result_handler`. Supervisor imports Python code by that name; the
 * two that configurations use are built in. (config/host.ts refuses any other.)
 */
import type { Verdict } from '../core/listener.ts';

export type ResultHandler = (body: Buffer) => Verdict;

/** `supervisor.dispatchers:default_handler`: `OK` or not. */
function isOk(body: Buffer): Verdict {
  return body.toString('latin1') === 'OK' ? 'processed' : 'rejected';
}

/**
 * `supervisor_stdout:event_handler`, of the package supervisor-stdout: the answer is the payload of a PROCESS_LOG
 * event, and its lines are printed on the daemon's stdout as `name channel | line`.
 */
function printer(print: (text: string) => void): ResultHandler {
  return (body) => {
    const text = body.toString();
    const end = text.indexOf('\n');
    if (end < 0) return 'failed';
    const headers = new Map(
      text
        .slice(0, end)
        .split(/\s+/)
        .map((word) => word.split(':', 2) as [string, string]),
    );
    const [name, channel] = [headers.get('processname'), headers.get('channel')];
    if (name === undefined || channel === undefined) return 'failed';
    const lines = text.slice(end + 1).replace(/\n$/, '');
    print(`${lines.replaceAll(/^/gm, `${name} ${channel} | `)}\n`);
    return 'processed';
  };
}

export function resultHandler(spec: string, print: (text: string) => void): ResultHandler {
  return spec.replaceAll(/\s/g, '') === 'supervisor_stdout:event_handler' ? printer(print) : isOk;
}
