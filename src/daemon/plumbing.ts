/** The pipes between the daemon and a program that is being started. */
import type { Os } from './os/os.ts';

export type Channel = 'stdout' | 'stderr';

/** Pipe ends that are open between their making and the end of a spawn. */
export interface Plumbing {
  /** 0, 1, 2 of the child, and the sockets that it gets beyond them. */
  readonly child: readonly [stdin: number, stdout: number, stderr: number, ...sockets: number[]];
  /** Our end of its standard input; undefined where that is a socket. */
  readonly stdin: number | undefined;
  readonly outputs: readonly (readonly [channel: Channel, read: number])[];
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}

/**
 * Real pipes, never socketpairs, so that a child can open /dev/stdout again. Our ends do not block, the child's do.
 * A `socket` takes the place of the pipe of standard input, `more` are the child's 3, 4, ...; they stay the caller's.
 * Throws what pipe2(2) says, and then nothing is left open.
 */
export function makePlumbing(
  os: Pick<Os, 'pipe' | 'close'>,
  isStderrRedirected: boolean,
  socket?: number,
  more: readonly number[] = [],
): Plumbing {
  const opened: number[] = [];
  const make = (ours: 'read' | 'write'): { readonly read: number; readonly write: number } => {
    const made = os.pipe(ours);
    opened.push(made.read, made.write);
    return made;
  };
  try {
    const stdin = socket === undefined ? make('write') : undefined;
    const stdout = make('read');
    const stderr = isStderrRedirected ? undefined : make('read');
    const outputs: [Channel, number][] = [['stdout', stdout.read]];
    const theirs = [stdout.write];
    const ours = [stdout.read];
    if (stdin !== undefined) {
      theirs.push(stdin.read);
      ours.push(stdin.write);
    }
    if (stderr !== undefined) {
      outputs.push(['stderr', stderr.read]);
      theirs.push(stderr.write);
      ours.push(stderr.read);
    }
    return {
      child: [stdin?.read ?? socket ?? -1, stdout.write, (stderr ?? stdout).write, ...more],
      stdin: stdin?.write,
      outputs,
      ours,
      theirs,
    };
  } catch (error) {
    for (const fd of opened) os.close(fd);
    throw error;
  }
}
