import { join } from 'node:path';
import type { ServerLogin } from '../rpc/client.ts';
import { DirectClient, isDirectPath, type SocketCalls } from '../rpc/direct-client.ts';
import { readServerUrl } from '../rpc/server-address.ts';
import { decodeAnswer } from './answer.ts';

/** A client that makes its calls directly, or undefined if this server or this system needs `node:net`. */
export function directClientFor(login: ServerLogin): DirectClient | undefined {
  if (!login.serverurl.startsWith('unix://')) return undefined;
  const address = readServerUrl(login.serverurl);
  if (address.type !== 'unix' || !isDirectPath(address.path)) return undefined;
  const calls = socketCalls();
  return calls && new DirectClient(login, address.path, calls, decodeAnswer);
}

/** Out of the native addon beside the built command. The source, under the tests, does without. */
function socketCalls(): SocketCalls | undefined {
  if (typeof __dirname !== 'string') return undefined;
  const holder: { exports: unknown } = { exports: {} };
  try {
    process.dlopen(holder, join(__dirname, 'native', `posix-linux-${process.arch}.node`));
  } catch {
    return undefined; // made for another system: it only goes slower
  }
  return holder.exports as SocketCalls;
}
