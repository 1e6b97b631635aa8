/**
 * The socket that a program finds in its NOTIFY_SOCKET (sd_notify(3)): a unix datagram socket, one for each process.
 *
 * Who may write to it is a matter of the file: it belongs to the program's user, mode 0600. So a message is from that
 * user or from root; the kernel adds the sender's pid and uid, which nobody can make up. By the time a message is read
 * its sender may have ended (systemd-notify(1) does), so what the pid means can no longer be looked up in every case.
 *
 * Descriptors that are sent along (FDSTORE, BARRIER) are closed on arrival. For BARRIER that is the answer that is
 * waited for.
 */
import { chmodSync, chownSync, lstatSync, unlinkSync } from 'node:fs';
import { errnoName } from '../os/errno.ts';
import type { PollHandle, Posix } from '../os/posix.ts';
import { unixAddress } from '../os/sockaddr.ts';
import { maxNotifyBytes, type NotifyMessage, readNotify } from './notify-message.ts';

export interface NotifySender {
  /** 0 for one outside our pid namespace. */
  readonly pid: number;
  readonly uid: number;
}

export interface NotifyOptions {
  readonly posix: Pick<Posix, 'socket' | 'setSocketOption' | 'bind' | 'close' | 'receive' | 'pollCreate'>;
  /** At most 107 bytes. A socket that lies there is replaced. */
  readonly path: string;
  /** The program's user, if it is not ours. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  /** Only messages that say something. */
  onMessage(message: NotifyMessage, sender: NotifySender): void;
}

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 2048;
const SOL_SOCKET = 1;
const SO_PASSCRED = 16;
/** Then the others have their turn: the poll calls again for what is left. */
const messagesPerTurn = 32;

const buffer = Buffer.alloc(maxNotifyBytes + 1);

export class NotifySocket implements Disposable {
  readonly path: string;
  readonly #options: NotifyOptions;
  readonly #fd: number;
  readonly #poll: PollHandle;
  readonly #sender = new Int32Array(2);
  #isOpen = true;

  /** Listens at once. @throws Error that names the path, when the socket cannot be made. */
  constructor(options: NotifyOptions) {
    this.#options = options;
    this.path = options.path;
    this.#fd = makeSocket(options);
    this.#poll = options.posix.pollCreate(this.#fd, () => this.#read());
    this.#poll.start();
  }

  /** Also removes the file. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#poll.close();
    this.#options.posix.close(this.#fd);
    removeSocket(this.path);
  }

  #read(): void {
    const { posix, onMessage } = this.#options;
    for (let count = 0; count < messagesPerTurn && this.#isOpen; count++) {
      const length = posix.receive(this.#fd, buffer, this.#sender);
      if (length < 0) return; // EAGAIN: that was all
      if (length > buffer.length) continue;
      const message = readNotify(buffer.subarray(0, length));
      if (Object.keys(message).length === 0) continue;
      const [pid = 0, uid = -1] = this.#sender;
      onMessage(message, { pid, uid: uid >>> 0 });
    }
  }
}

function makeSocket({ posix, path, owner }: NotifyOptions): number {
  const address = unixAddress(path);
  const fd = checked(posix.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK), path);
  try {
    checked(posix.setSocketOption(fd, SOL_SOCKET, SO_PASSCRED, 1), path); // before there is somebody to write to it
    removeSocket(path);
    checked(posix.bind(fd, address), path);
    chmodSync(path, 0o600);
    if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
    return fd;
  } catch (error) {
    posix.close(fd);
    throw error;
  }
}

function checked(result: number, path: string): number {
  if (result < 0) throw new Error(`Cannot make the notify socket "${path}": ${errnoName(-result)}`);
  return result;
}

/** Whatever else lies there stays; then bind says that the address is in use. */
function removeSocket(path: string): void {
  try {
    if (lstatSync(path).isSocket()) unlinkSync(path);
  } catch {
    // There is nothing.
  }
}
