/**
 * Follows `GET /events` or `GET /logs` of a daemon: server-sent events (the field names of the WHATWG HTML standard,
 * 9.2.6), as one connection of its own brings them. Nobody reconnects here: who follows knows what to say meanwhile,
 * and from which id on to ask again.
 */
import { StringDecoder } from 'node:string_decoder';
import { authorizationLine, openSocket, ProtocolError, type ServerLogin } from '../rpc/client.ts';
import { AnswerReader } from '../rpc/http-answer.ts';
import { readServerUrl } from '../rpc/server-address.ts';

export interface EventHandlers {
  /** The daemon has agreed; events follow. */
  open?(): void;
  /** `data` is what its JSON says; undefined if it is none. `id` is '' where the daemon gives none (logs). */
  event(name: string, data: unknown, id: string): void;
  /**
   * Nothing comes any more, told once and never after `close`: undefined if the daemon ended the stream properly,
   * else a ProtocolError (its answer was not 200), a BadAnswer or the system's error.
   */
  end(error: Error | undefined): void;
}

export interface EventSource {
  close(): void;
  /** What the daemon says meanwhile waits there: it writes nothing to who does not read. */
  pause(): void;
  resume(): void;
}

/** `path` with its query: `/logs?name=web:*`. Nothing is told during the call. Throws BadServerUrl. */
export function openEventSource(login: ServerLogin, path: string, handlers: EventHandlers): EventSource {
  const socket = openSocket(readServerUrl(login.serverurl));
  const frames = new FrameReader((name, data, id) => {
    if (!isOver) handlers.event(name, data, id);
  });
  let isOver = false;
  const end = (error: Error | undefined) => {
    if (isOver) return;
    isOver = true;
    socket.destroy();
    handlers.end(error);
  };
  const answers = new AnswerReader({
    head({ status, reason }) {
      if (status !== 200) end(new ProtocolError(status, reason));
      else if (!isOver) handlers.open?.();
    },
    body: (piece) => frames.take(piece),
    end: () => end(undefined),
  });
  const guarded = (work: () => void) => {
    if (isOver) return;
    try {
      work();
    } catch (error) {
      end(error as Error);
    }
  };
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nUser-Agent: tssupervisorctl\r\n` +
      `${authorizationLine(login)}\r\n`,
  );
  socket.on('data', (bytes: Buffer) => guarded(() => answers.feed(bytes)));
  socket.on('error', end);
  socket.on('close', () => guarded(() => answers.close()));
  return {
    close() {
      isOver = true;
      socket.destroy();
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  };
}

/** Bytes become events, however they are cut. */
class FrameReader {
  readonly #told: (name: string, data: unknown, id: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #name = '';
  #data: string[] = [];
  #id = '';

  constructor(told: (name: string, data: unknown, id: string) => void) {
    this.#told = told;
  }

  take(piece: Buffer): void {
    const text = this.#rest + this.#decoder.write(piece);
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.#line(text.slice(from, text[end - 1] === '\r' && end > from ? end - 1 : end));
      from = end + 1;
    }
    this.#rest = text.slice(from);
  }

  #line(line: string): void {
    if (line === '') {
      this.#finish();
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.#name = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id') this.#id = value;
  }

  #finish(): void {
    const [name, data] = [this.#name, this.#data];
    this.#name = '';
    this.#data = [];
    if (data.length > 0) this.#told(name || 'message', parsed(data.join('\n')), this.#id);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
