/** Daemons by name and address, as `[dashboard] servers=` and the dashboard's `-s` have them: `URL` or `NAME=URL`. */
import { BadServerUrl, readServerUrl } from '../rpc/server-address.ts';
import { Refusal, type ValueType } from './values.ts';

export interface Server {
  /** The one given, else the address. */
  readonly name: string;
  /** Without user and password: it is shown. */
  readonly serverurl: string;
  /** Undefined unless the URL has them. */
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** Reads one. The refusal says what to write, and nothing of a password. */
export function readServer(given: string): Server {
  const [, name, url = given] = /^([\p{L}\p{N}_.-]+)=(.+)$/su.exec(given) ?? [];
  // A path of a socket may have any letter; elsewhere all in front of the last @ is a login.
  const parts = url.startsWith('unix://') ? /^(unix:\/\/)()()(.*)$/s : /^(\w+:\/\/)(?:([^:@]*):(.*)@)?([^@]*)$/s;
  const [, scheme = '', user = '', password = '', rest = ''] = parts.exec(url) ?? [];
  const serverurl = scheme + rest;
  try {
    if (rest === '') throw new BadServerUrl('No address');
    readServerUrl(serverurl);
    return {
      name: name ?? rest,
      serverurl,
      username: user === '' ? undefined : decodeURIComponent(user),
      password: user === '' ? undefined : decodeURIComponent(password),
    };
  } catch (error) {
    if (!(error instanceof BadServerUrl || error instanceof URIError)) throw error;
    const shown = JSON.stringify(given.replace(/^([^=:/@]*=)?(\w+:\/\/)?.*@/s, '$1$2'));
    throw new Refusal(`Cannot use ${shown} as a server: write NAME=http://HOST:PORT or NAME=unix:///PATH`);
  }
}

/** The single ones of a list, as they are written. */
export function serversIn(list: string): readonly string[] {
  return list
    .split(/[,\n]/)
    .map((one) => one.trim())
    .filter(Boolean);
}

export const servers: ValueType<readonly Server[]> = {
  name: 'servers',
  expected: '`URL` or `NAME=URL` each, with commas between them, such as `paris=http://10.0.0.7:9001`',
  parse: (value) => serversIn(value).map(readServer),
};
