/**
 * A command as a probe: exit status 0 is good. No shell; user, environment and directory are the caller's, who makes
 * the request as for the program itself.
 *
 * The command leads a process group of its own, which is killed when the time is up, and on a cancel. Its output,
 * stdout and stderr together, goes nowhere; of what it said last one line is kept, for the `why`. Who has ended is
 * known by the daemon's one reaper, so the exit comes from there.
 */
import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import type { OutputCapture, OutputSink } from '../logs/output.ts';
import type { Cancel, ExitStatus, Os, SpawnRequest } from '../os/os.ts';
import { limitText, quoted, type Verdict } from './verdict.ts';

export interface ExecProbeOptions {
  readonly os: Pick<Os, 'now' | 'callAt' | 'nextTurn' | 'spawn' | 'kill' | 'pipe' | 'close'>;
  readonly capture: Pick<OutputCapture, 'attach' | 'finish'>;
  readonly request: Omit<SpawnRequest, 'fds' | 'group'>;
  readonly timeoutMs: number;
  /** Has `callback` called once, when the reaper finds that `pid` has ended. */
  onExit(pid: number, callback: (exit: ExitStatus) => void): void;
  onVerdict(verdict: Verdict): void;
}

const SIGKILL = 9;
const signalNames = new Map(
  Object.entries(constants.signals)
    .map(([name, number]) => [number, name] as const)
    .reverse(),
);

/** Starts the command. Exactly one verdict, never before this call has returned; none after a cancel. */
export function askCommand(options: ExecProbeOptions): Cancel {
  const { os, capture, request, timeoutMs, onExit, onVerdict } = options;
  let isJudged = false;
  const decide = (verdict: Verdict): void => {
    if (isJudged) return;
    isJudged = true;
    onVerdict(verdict);
  };

  const words = new LastLine();
  const started = start(os, request);
  if ('why' in started) {
    os.nextTurn(() => decide({ ok: false, why: started.why }));
    return () => {
      isJudged = true;
    };
  }
  const { pid, read } = started;
  const source = capture.attach(read, words);
  let isAlive = true;
  const kill = (): void => {
    if (isAlive) os.kill(-pid, SIGKILL);
  };
  const cancelTimer = os.callAt(os.now() + timeoutMs, () => {
    kill();
    decide({ ok: false, why: `did not end within ${limitText(timeoutMs)}${words.said()}` });
  });
  onExit(pid, (exit) => {
    isAlive = false;
    cancelTimer();
    capture.finish(source);
    decide(exit.code === 0 ? { ok: true } : { ok: false, why: `${ending(exit)}${words.said()}` });
  });
  return () => {
    isJudged = true;
    cancelTimer();
    kill();
  };
}

type Started = { readonly pid: number; readonly read: number } | { readonly why: string };

function start(os: ExecProbeOptions['os'], request: ExecProbeOptions['request']): Started {
  let ends: { readonly read: number; readonly write: number } | undefined;
  let stdin: number | undefined;
  try {
    stdin = openSync('/dev/null', 'r');
    ends = os.pipe();
    const result = os.spawn({ ...request, fds: [stdin, ends.write, ends.write], group: 'pgid' });
    if ('pid' in result) return { pid: result.pid, read: ends.read };
    os.close(ends.read);
    return { why: `could not be started: ${result.stage} of "${request.file}" failed with ${result.code}` };
  } catch (error) {
    if (ends !== undefined) os.close(ends.read);
    return { why: `could not be started: ${error instanceof Error ? error.message : String(error)}` };
  } finally {
    if (ends !== undefined) os.close(ends.write);
    if (stdin !== undefined) closeSync(stdin);
  }
}

function ending({ code, signal }: ExitStatus): string {
  if (signal === undefined) return `exited with status ${code ?? 'unknown'}`;
  return `was ended by ${signalNames.get(signal) ?? `signal ${signal}`}`;
}

const keptBytes = 1024;

/** Keeps the end of what is said. */
class LastLine implements OutputSink {
  readonly isPrompt = false;
  readonly isCongested = false;
  #end: Buffer = Buffer.alloc(0);

  splice(): undefined {
    return undefined;
  }

  take(chunk: Buffer): void {
    this.#end = Buffer.concat([this.#end, chunk.subarray(-keptBytes)]).subarray(-keptBytes);
  }

  end(): void {}

  /** `: "…"` with the last line that is not blank, or nothing. */
  said(): string {
    const lines = this.#end.toString().split('\n');
    const last = lines.findLast((line) => line.trim() !== '');
    return last === undefined ? '' : `: ${quoted(last.trim())}`;
  }
}
