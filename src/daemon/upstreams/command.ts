/**
 * A command of the proxy's (`nginx -t`, `nginx -s reload`), run as the daemon itself is: its user, its environment. All
 * that it says is kept, because what is wrong with a configuration stands in the middle of it.
 */
import { execFile } from 'node:child_process';

const COMMAND_TIMEOUT_MS = 10_000;
const MAX_OUTPUT_BYTES = 256 * 1024;
const MAX_SAID = 2000;

export type CommandEnd = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** Exit status 0 is good. Killed when it takes longer than COMMAND_TIMEOUT_MS. Never rejects. */
export function runProxyCommand(argv: readonly string[]): Promise<CommandEnd> {
  const [file = '', ...words] = argv;
  const options = { timeout: COMMAND_TIMEOUT_MS, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT_BYTES } as const;
  return new Promise((resolve) => {
    const child = execFile(file, words, options, (error, stdout, stderr) => {
      if (error === null) return resolve({ ok: true });
      const said = wordsOf(stderr, stdout);
      resolve({ ok: false, why: `${argv.join(' ')} ${endingOf(error)}${said === '' ? '' : `: ${said}`}` });
    });
    child.stdin?.end();
  });
}

function endingOf(
  error: Error & { readonly code?: unknown; readonly signal?: unknown; readonly killed?: boolean },
): string {
  if (error.killed === true) return `did not end within ${COMMAND_TIMEOUT_MS / 1000} s`;
  if (typeof error.code === 'number') return `exited with status ${error.code}`;
  if (typeof error.signal === 'string') return `was ended by ${error.signal}`;
  return `could not be started (${String(error.code ?? error.message)})`;
}

/** In one line, as the log has it. */
function wordsOf(...texts: readonly string[]): string {
  const lines = texts.flatMap((text) => text.split('\n')).map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .join('; ')
    .slice(0, MAX_SAID);
}
