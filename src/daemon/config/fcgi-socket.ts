/** The socket of an `[fcgi-program:x]`: its URL, and what belongs to a socket in the file system. */
import { normalPath } from '../../config/paths.ts';
import { printed } from '../../config/python-text.ts';
import { portNumber, Refusal } from '../../config/values.ts';
import type { FcgiSocketConfig, ProcessConfig } from './model.ts';
import { fcgiOptions } from './program-options.ts';
import { Reading, SectionReader } from './reading.ts';

/** Reads it in Supervisor's order; what cannot be read is reported. `name` is the program's. */
export function readSocket(reader: SectionReader<typeof fcgiOptions>, name: string): FcgiSocketConfig {
  const { reading, section } = reader;
  const scope = reading.scope({ here: reading.here });
  const user = reader.read('user', scope);
  const backlog = reader.read('socket_backlog', scope);
  if (backlog !== undefined && (backlog < 1 || backlog > 65535)) {
    reader.problem('socket_backlog', `Invalid socket_backlog value ${backlog}`, {
      expected: 'a number from 1 to 65535',
      got: String(backlog),
    });
  }
  const owner = reader.read('socket_owner', scope);
  const mode = reader.read('socket_mode', scope);
  const url = reader.expanded('socket', reading.scope({ here: reading.here, program_name: name }));
  const written = { backlog, mode, owner };
  if (url === '' || !reader.isWritten('socket')) {
    reader.problem(undefined, `[${section}] section requires a "socket" line`);
  } else if (url !== undefined) {
    const others = user !== undefined && user.uid !== reading.host.uid ? ([user.uid, user.gid] as const) : undefined;
    try {
      const ofUnix = { mode: mode ?? 0o700, owner: owner ?? others };
      return socketOf(url, written, ofUnix, reading);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      reader.problem('socket', `${error.message} in [${section}] socket`, {
        expected: 'unix:///path or tcp://host:port',
        got: url,
      });
    }
  }
  return { url: '', ...written };
}

/**
 * The socket of a program that is a member of a `[group:x]`. There Supervisor forgets it and does not even read it, so
 * what is wrong with it refuses no file: the program is then started without one, as under Supervisor.
 */
export function tryReadSocket(
  reading: Reading,
  section: string,
  name: string,
): Pick<ProcessConfig, 'socket' | 'socketTrouble'> {
  const apart = new Reading(reading.ini, reading.host, reading.file, reading.here, reading.environment);
  const socket = readSocket(new SectionReader(apart, fcgiOptions, section), name);
  const [problem] = apart.problems;
  if (problem !== undefined) return { socketTrouble: problem.message };
  // A name of the environment that could not be read: that is reported, and so is no socket's problem.
  return socket.url === '' ? {} : { socket };
}

/** Refusals are as Supervisor prints them, two of them with Python's tuple around. */
function socketOf(
  text: string,
  written: Omit<FcgiSocketConfig, 'url'>,
  ofUnix: Pick<FcgiSocketConfig, 'mode' | 'owner'>,
  reading: Reading,
): FcgiSocketConfig {
  if (text.startsWith('unix://')) {
    const path = text.slice('unix://'.length);
    if (!path.startsWith('/')) throw new Refusal(`('Unix socket path %s is not an absolute path', ${printed(path)})`);
    return { ...written, ...ofUnix, url: `unix://${normalPath(path, reading.host)}` };
  }
  if (written.owner !== undefined || written.mode !== undefined) {
    throw new Refusal('socket_owner and socket_mode params should only be used with a Unix domain socket');
  }
  const [, host, port] = /^tcp:\/\/([^\s:]+):(\p{Nd}+)$/u.exec(text) ?? [];
  if (host === undefined || port === undefined) throw new Refusal(`('Bad socket format %s', ${printed(text)})`);
  return { ...written, url: `tcp://${host.toLowerCase()}:${portNumber(port)}` };
}
