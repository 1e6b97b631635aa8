import type { Os } from '../os/os.ts';
import type { Posix } from '../os/posix.ts';
import { Lane, type OutputSink, type OutputSource, Source } from './output-lane.ts';

export type { OutputSink, OutputSource } from './output-lane.ts';

/**
 * The capture of the programs' output: from the read ends of their pipes to their sinks.
 *
 * All pipes are in one epoll set, which is itself watched by one poll of the event loop. At the first readiness the
 * poll is stopped and one timer armed; when it rings, everything readable is drained in one pass and the poll started
 * again. So 50 programs that write a line now and then cost some 50 wake-ups a second together, and none when silent.
 * Event listeners wait for an answer, so their streams are in a set of their own and drained at once; only a log at
 * level debug has them wait so long that `RESULT 2\nOK` and the `READY\n` behind it arrive together.
 *
 *     readable -> [20 ms] -> drain each: splice pipe -> file, or read into the one shared buffer -> sink
 *                   ^             |
 *                   +-- 0 or 1 ms-+  while somebody writes faster than that
 *
 * A pass takes at most `sliceBytes` of a stream before the others have had their turn and `turnMs` altogether; then the
 * event loop runs, so that a program writing at full speed delays no command. A pipe that is found half full is made
 * larger, once; those of quiet programs are left small, as the sum is limited per user (pipe-user-pages-soft).
 *
 * It does not matter whether a descriptor is the end of a pipe or of a FIFO, which never ends while the daemon holds
 * its other side: `drainNow` stops at an empty one.
 */

type CapturePosix = Pick<
  Posix,
  | 'read'
  | 'close'
  | 'getPipeSize'
  | 'setPipeSize'
  | 'epollCreate'
  | 'epollAdd'
  | 'epollDelete'
  | 'epollWait'
  | 'pollCreate'
>;

const bufferBytes = 64 * 1024;
const sliceBytes = 1024 * 1024;
const turnMs = 10;
const quietDelayMs = 20;
const busyDelayMs = 1;
/** As many as one epollWait answers at most. */
const tokensPerWait = 128;
const EAGAIN = 11;
const EINTR = 4;

/** `empty`: nothing left; `more`: its slice is used up; `held`: its sink is congested; `ended`: closed. */
type DrainResult = 'empty' | 'more' | 'held' | 'ended';

export interface CaptureOptions {
  /** What a busy pipe is grown to: `/proc/sys/fs/pipe-max-size`, usually 1 MiB. */
  readonly pipeMaxBytes: number;
  /** How long what is prompt waits for more to come with it; 0 unless somebody looks at the pieces. */
  readonly promptDelayMs: number;
  /** A sink threw: what it was given is lost to it, and nothing else is. */
  onBug(error: unknown): void;
}

export class OutputCapture {
  readonly #posix: CapturePosix;
  readonly #os: Pick<Os, 'now' | 'callAt'>;
  readonly #pipeMaxBytes: number;
  readonly #promptDelayMs: number;
  readonly #onBug: (error: unknown) => void;
  readonly #buffer = Buffer.allocUnsafeSlow(bufferBytes);
  #isBufferUsed = false;
  readonly #tokens = new Int32Array(tokensPerWait);
  #quiet: Lane | undefined;
  #prompt: Lane | undefined;
  #lastToken = 0;

  constructor(posix: CapturePosix, os: Pick<Os, 'now' | 'callAt'>, options: CaptureOptions) {
    this.#posix = posix;
    this.#os = os;
    this.#pipeMaxBytes = options.pipeMaxBytes;
    this.#promptDelayMs = options.promptDelayMs;
    this.#onBug = options.onBug;
  }

  /** Begins to drain a non-blocking descriptor into a sink. Throws if epoll refuses it (it is no pipe, or memory is out). */
  attach(fd: number, sink: OutputSink): OutputSource {
    const lane = this.#laneOf(sink.isPrompt);
    this.#lastToken = (this.#lastToken % 0x7fffffff) + 1;
    const source = new Source(fd, this.#lastToken, sink, lane, Math.max(this.#posix.getPipeSize(fd), 4096));
    const result = this.#posix.epollAdd(lane.epoll, fd, source.token);
    if (result < 0) throw new Error(`Cannot watch descriptor ${fd}: epoll_ctl answered ${result}`);
    lane.sources.set(source.token, source);
    if (lane.cancel === undefined) this.#watch(lane);
    return source;
  }

  /**
   * Takes all that is in the pipe at this moment, for a child that has just ended; not more than the pipe can hold, as a
   * grandchild may go on writing for ever.
   */
  drainNow(source: OutputSource): void {
    if (source instanceof Source && source.isAttached) this.#drain(source, source.capacity, true);
  }

  /** Takes what is left, closes the descriptor and tells the sink. */
  finish(source: OutputSource): void {
    this.drainNow(source);
    if (source instanceof Source && source.isAttached) this.#end(source);
  }

  /** Stops watching; the descriptor stays open and the sink is told nothing: it is handed over to another daemon. */
  detach(source: OutputSource): void {
    if (!(source instanceof Source) || !source.isAttached) return;
    source.isAttached = false;
    source.lane.sources.delete(source.token);
    this.#posix.epollDelete(source.lane.epoll, source.fd);
    if (source.lane.sources.size === 0) this.#rest(source.lane);
  }

  /** Finishes every stream and lets go of everything: the daemon ends. */
  close(): void {
    for (const lane of [this.#prompt, this.#quiet]) {
      if (lane === undefined) continue;
      for (const source of [...lane.sources.values()]) this.finish(source);
      this.#rest(lane);
      lane.poll?.close();
      this.#posix.close(lane.epoll);
    }
    this.#prompt = undefined;
    this.#quiet = undefined;
  }

  #laneOf(isPrompt: boolean): Lane {
    const known = isPrompt ? this.#prompt : this.#quiet;
    if (known !== undefined) return known;
    const epoll = this.#posix.epollCreate();
    if (epoll < 0) throw new Error(`Cannot watch output: epoll_create answered ${epoll}`);
    const lane = new Lane(epoll, isPrompt ? this.#promptDelayMs : quietDelayMs);
    lane.poll = this.#posix.pollCreate(epoll, () => {
      this.#unwatch(lane);
      if (lane.delayMs > 0) this.#arm(lane, lane.delayMs);
      else this.#turn(lane);
    });
    if (isPrompt) this.#prompt = lane;
    else this.#quiet = lane;
    return lane;
  }

  #watch(lane: Lane): void {
    if (lane.isPolling) return;
    lane.isPolling = true;
    lane.poll?.start();
  }

  #unwatch(lane: Lane): void {
    if (!lane.isPolling) return;
    lane.isPolling = false;
    lane.poll?.stop();
  }

  #arm(lane: Lane, delayMs: number): void {
    lane.cancel?.();
    lane.cancel = this.#os.callAt(this.#os.now() + delayMs, () => {
      lane.cancel = undefined;
      this.#turn(lane);
    });
  }

  #rest(lane: Lane): void {
    this.#unwatch(lane);
    lane.cancel?.();
    lane.cancel = undefined;
    lane.queue = [];
  }

  /** One pass over what is readable, or the part of it that fits in a turn. */
  #turn(lane: Lane): void {
    const until = this.#os.now() + turnMs;
    let isFull = false;
    let isHeld = false;
    if (lane.queue.length === 0) {
      lane.isBusy = false;
      const count = this.#posix.epollWait(lane.epoll, this.#tokens);
      isFull = count === this.#tokens.length;
      for (let i = 0; i < count; i += 1) {
        const source = lane.sources.get(this.#tokens[i] ?? 0);
        if (source !== undefined) lane.queue.push(source);
      }
    }
    // The queue grows while it is walked: who has more to give goes to its end.
    const queue = lane.queue;
    let at = 0;
    try {
      for (let source = queue[at]; source !== undefined; source = queue[at]) {
        at += 1;
        if (source.isAttached) {
          const result = this.#drain(source, sliceBytes, false);
          if (result === 'more') queue.push(source);
          if (result === 'held') isHeld = true;
        }
        if (this.#os.now() >= until) break;
      }
    } finally {
      // Also if a sink throws: one that is broken must not silence the others.
      lane.queue = queue.slice(at);
      if (lane.sources.size === 0) this.#rest(lane);
      else if (lane.queue.length > 0 || isFull) this.#arm(lane, 0);
      else if (isHeld) this.#arm(lane, quietDelayMs);
      else if (lane.isBusy) this.#arm(lane, busyDelayMs);
      else this.#watch(lane);
    }
  }

  #drain(source: Source, limit: number, isForced: boolean): DrainResult {
    const { fd, sink } = source;
    let moved = 0;
    let result: DrainResult = 'more';
    while (moved < limit) {
      if (sink.isCongested && !isForced) {
        result = 'held';
        break;
      }
      let count = sink.splice(fd) ?? -EINTR;
      if (count < 0 && count !== -EAGAIN) {
        count = this.#read(source);
      }
      // The sink may have had its reasons to detach the stream.
      if (!source.isAttached) return 'ended';
      if (count === -EINTR) continue;
      if (count <= 0 && count !== -EAGAIN) {
        this.#end(source);
        return 'ended';
      }
      if (count > 0) moved += count;
      // Less than was asked for: the pipe is empty, and asking once more to be told so can be saved.
      if (count < bufferBytes && !(isForced && count > 0)) {
        result = 'empty';
        break;
      }
    }
    if (moved * 2 >= source.capacity) this.#foundFull(source);
    return result;
  }

  #read({ fd, sink }: Source): number {
    // A sink may end another stream while it looks at its bytes: those must stay what they are.
    const buffer = this.#isBufferUsed ? Buffer.allocUnsafe(bufferBytes) : this.#buffer;
    const count = this.#posix.read(fd, buffer, 0, bufferBytes);
    if (count <= 0) return count;
    const wasUsed = this.#isBufferUsed;
    this.#isBufferUsed = true;
    try {
      sink.take(buffer.subarray(0, count));
    } catch (error) {
      this.#onBug(error);
    } finally {
      this.#isBufferUsed = wasUsed;
    }
    return count;
  }

  /** Its writer was waiting, or nearly: a pipe of small writes is full when its pages are half used. */
  #foundFull(source: Source): void {
    source.lane.isBusy = true;
    if (source.isGrown) return;
    source.isGrown = true;
    if (source.capacity >= this.#pipeMaxBytes) return;
    const size = this.#posix.setPipeSize(source.fd, this.#pipeMaxBytes);
    if (size > 0) source.capacity = size;
  }

  #end(source: Source): void {
    this.detach(source);
    this.#posix.close(source.fd);
    try {
      source.sink.end();
    } catch (error) {
      this.#onBug(error); // the end of the program is to be told all the same
    }
  }
}
