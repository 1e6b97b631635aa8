import { isatty } from 'node:tty';
import { authorizationLine, openSocket, type ServerLogin } from '../../rpc/client.ts';
import { AnswerReader } from '../../rpc/http-answer.ts';
import { readServerUrl } from '../../rpc/server-address.ts';
import { stateCodes } from '../../rpc/states.ts';
import { LogText } from '../log-text.ts';
import { writeError, writeOut } from '../output.ts';
import { pythonErrorOf } from '../python-errors.ts';
import type { Supervisor } from '../supervisor.ts';
import type { Input } from './terminal.ts';

/** `tail -f`, `maintail -f` and `fg`: logs as they grow, copied to standard output piece by piece. */

const BANNER = '==> Press Ctrl-C to exit <==\n';

interface LogStream {
  /** Settles when the log ends, for whatever reason; it never rejects. */
  readonly ended: Promise<void>;
  close(): void;
}

/** Follows the log at `path` (`/logtail/web/stdout`) until Ctrl-C or its end. */
export async function followLog(login: ServerLogin, path: string): Promise<void> {
  let stream: LogStream | undefined;
  const follow = () => {
    stream = openLog(login, path);
    return stream.ended;
  };
  await untilInterrupted(follow, () => writeOut('\n'));
  stream?.close();
}

/** What `fg` needs beside the server's address. */
export interface ForegroundHost {
  readonly login: ServerLogin;
  readonly supervisor: Pick<Supervisor, 'sendProcessStdin' | 'getProcessInfo'>;
  readonly lines: { next(): Promise<Input>; close(): void };
  /** Python's text for the daemon's refusal, its code with it; undefined if `error` is none. */
  refusal(error: unknown): { readonly code: number; readonly text: string } | undefined;
  readonly notRunning: number;
}

/** Shows what a process writes and sends it what is typed, until Ctrl-C, Ctrl-D or its end. */
export async function foreground(host: ForegroundHost, name: string): Promise<void> {
  let streams: LogStream[] = [];
  const connect = () => {
    streams = ['stdout', 'stderr'].map((channel) => openLog(host.login, `/logtail/${name}/${channel}`));
    return sendLines(host, name);
  };
  // The kernel has shown `^C`, which Python's line editor does not.
  const forgetEcho = () => isatty(0) && isatty(1) && writeOut('\b\b  \b\b');
  await untilInterrupted(connect, forgetEcho);
  writeOut('Exiting foreground\n');
  host.lines.close();
  for (const stream of streams) stream.close();
}

async function sendLines({ lines, supervisor, refusal, notRunning }: ForegroundHost, name: string): Promise<void> {
  for (let input = await lines.next(); input.type === 'line'; input = await lines.next()) {
    try {
      await supervisor.sendProcessStdin(name, `${input.text}\n`);
    } catch (error) {
      const refused = refusal(error);
      if (refused === undefined) throw error;
      writeOut(refused.code === notRunning ? 'Process got killed\n' : `ERROR: ${refused.text}\n`);
      return;
    }
    if ((await supervisor.getProcessInfo(name)).state !== stateCodes.RUNNING) {
      writeOut('Process got killed\n');
      return;
    }
  }
}

/** Says how to end it and works until it is done, or until Ctrl-C, which then ends neither the shell nor the process. */
async function untilInterrupted(work: () => Promise<void>, onInterrupt: () => void): Promise<void> {
  const others = process.listeners('SIGINT');
  process.removeAllListeners('SIGINT');
  const interrupted = new Promise<void>((resolve) => {
    process.on('SIGINT', () => {
      onInterrupt();
      resolve();
    });
  });
  try {
    writeOut(BANNER); // not before Ctrl-C does what it says
    await Promise.race([work(), interrupted]);
  } finally {
    process.removeAllListeners('SIGINT');
    for (const other of others) process.on('SIGINT', other);
  }
}

function openLog(login: ServerLogin, path: string): LogStream {
  const url = login.serverurl + path;
  const address = readServerUrl(login.serverurl);
  const socket = openSocket(address);
  const text = new LogText();
  let isBroken = false;
  const report = (what: string) => {
    if (!isBroken) writeError(`${url} ${what}\n`);
    isBroken = true;
    socket.destroy();
  };
  const answers = new AnswerReader({
    head: ({ status }) => status !== 200 && report(`Cannot read, status code ${status}`),
    body: (piece) => !isBroken && writeOut(text.add(piece)),
    end: () => socket.destroy(),
  });
  // As UTF-8 and not percent-encoded, as Supervisor's own client does it: its server reads both.
  const host = address.type === 'inet' ? address.host : '';
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: */*\r\nUser-Agent: tssupervisorctl\r\n` +
      `${authorizationLine(login)}\r\n`,
  );
  socket.on('data', (bytes: Buffer) => {
    try {
      answers.feed(bytes);
    } catch (error) {
      report(connectionText(error));
    }
  });
  socket.on('error', (error) => report(connectionText(error)));
  const ended = new Promise<void>((resolve) => {
    socket.on('close', () => {
      writeOut(text.end());
      resolve();
    });
  });
  return { ended, close: () => socket.destroy() };
}

function connectionText(error: unknown): string {
  const { type, text } = pythonErrorOf(error);
  return `Cannot connect, error: <class '${type}'> (${text})`;
}
