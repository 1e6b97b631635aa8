import { Fault, faultCodes } from '../rpc/faults.ts';
import type { CommandContext } from './command.ts';
import { exitCodes } from './exit-codes.ts';

const API_VERSION = '3.0';

/**
 * Whether there is a daemon that understands us: most commands ask that first (behaviour reference 5.2).
 * Prints what is wrong and answers with its exit code; throws what it has no text for.
 */
export async function upcheck(
  { supervisor, serverurl, print }: CommandContext,
  getVersion: () => Promise<string> = () => supervisor.getVersion(),
): Promise<number> {
  try {
    const version = await getVersion();
    if (version === API_VERSION) return exitCodes.SUCCESS;
    print(
      'Sorry, this version of supervisorctl expects to talk to a server ' +
        `with API version ${API_VERSION}, but the remote version is ${version}.`,
    );
    return exitCodes.NOT_INSTALLED;
  } catch (error) {
    if (error instanceof Fault && error.code === faultCodes.UNKNOWN_METHOD) {
      print(
        'Sorry, supervisord responded but did not recognize the supervisor namespace commands that supervisorctl ' +
          'uses to control it.  Please check that the [rpcinterface:supervisor] section is enabled in the ' +
          'configuration file (see sample.conf).',
      );
      return exitCodes.UNIMPLEMENTED_FEATURE;
    }
    switch (systemCodeOf(error)) {
      case 'ECONNREFUSED':
        print(`${serverurl} refused connection`);
        return exitCodes.INSUFFICIENT_PRIVILEGES;
      case 'ENOENT':
        print(`${serverurl} no such file`);
        return exitCodes.NOT_RUNNING;
      default:
        throw error;
    }
  }
}

/** `ECONNREFUSED` and the like, if the system refused something. */
export function systemCodeOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** Whether `error` is the daemon's refusal `code`. */
export function isFault(error: unknown, code: number): error is Fault {
  return error instanceof Fault && error.code === code;
}
