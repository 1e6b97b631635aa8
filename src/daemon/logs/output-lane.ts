import type { Cancel } from '../os/os.ts';
import type { PollHandle } from '../os/posix.ts';

/** What the capture of output (output.ts) knows of a stream, and of the streams that are waited for together. */

export interface OutputSink {
  /** A short delay: somebody waits for what is written there. */
  readonly isPrompt: boolean;
  /** What was taken cannot be passed on for now: ask again later, and leave the rest in the pipe. */
  readonly isCongested: boolean;
  /**
   * Moves bytes from the pipe to where they belong without reading them: how many, 0 at the end, or -errno (-EAGAIN:
   * empty; others: read them). Undefined: they must be read, somebody looks at them.
   */
  splice(pipe: number): number | undefined;
  /** Takes bytes; the memory is used again after the call. */
  take(chunk: Buffer): void;
  /** The stream has ended, or was ended with `finish`: nothing more will come. */
  end(): void;
}

/** One attached stream; opaque. */
export interface OutputSource {
  readonly fd: number;
}

export class Source implements OutputSource {
  readonly fd: number;
  readonly token: number;
  readonly sink: OutputSink;
  readonly lane: Lane;
  capacity: number;
  isGrown = false;
  isAttached = true;

  constructor(fd: number, token: number, sink: OutputSink, lane: Lane, capacity: number) {
    this.fd = fd;
    this.token = token;
    this.sink = sink;
    this.lane = lane;
    this.capacity = capacity;
  }
}

/** Streams that are waited for together: one epoll set, one poll, at most one timer. */
export class Lane {
  readonly epoll: number;
  readonly delayMs: number;
  readonly sources = new Map<number, Source>();
  /** Not drained yet in this pass. */
  queue: Source[] = [];
  /** Found at least half full in this pass. */
  isBusy = false;
  isPolling = false;
  cancel: Cancel | undefined;
  poll: PollHandle | undefined;

  constructor(epoll: number, delayMs: number) {
    this.epoll = epoll;
    this.delayMs = delayMs;
  }
}
