/**
 * The machine on which the corpus was answered: the host name `corpus-host`, run as root; every plausible user and
 * group, every directory and every plug-in counts as existing. The answers say `/corpus` for the working directory,
 * but `%(here)s/../var` is `/tmp/var` in them: it was a directory in /tmp, renamed in what came out.
 */
import type { CtlHost } from '../../src/config/ctl-config.ts';
import { absolutePath } from '../../src/config/paths.ts';
import { decodeText, type TextFile } from '../../src/config/text-file.ts';
import type { ConfigHost } from '../../src/daemon/config/host.ts';

/** The directory that the answers call `/corpus`. */
export const stage = '/tmp/stage-of-the-corpus';

/** The numbers of made-up accounts begin here, so that a number can be told from a name later. */
const firstId = 1_000_000_000;

export class Accounts {
  readonly #names: string[] = ['root'];

  idOf(name: string | number): number | undefined {
    if (typeof name === 'number') return name < 0 ? undefined : name;
    if (!/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/.test(name)) return undefined;
    const known = this.#names.indexOf(name);
    return firstId + (known >= 0 ? known : this.#names.push(name) - 1);
  }

  /** The name of an account that was asked for by name; otherwise the number. */
  nameOf(id: number): string | number {
    return this.#names[id - firstId] ?? id;
  }
}

/** `files` by their absolute paths; nothing else exists. */
export function fakeHost(
  files: ReadonlyMap<string, Uint8Array>,
  environment: Readonly<Record<string, string>>,
  accounts: Accounts,
  directory: string = stage,
): ConfigHost & CtlHost {
  const absolute = (path: string) => absolutePath(path, directory);
  const idOf = (name: string | number) => accounts.idOf(name);
  const readFile = (path: string): TextFile => {
    const bytes = files.get(absolute(path));
    return bytes === undefined ? { type: 'missing' } : decodeText(bytes);
  };
  return {
    cwd: directory,
    hostname: 'corpus-host',
    tempDirectory: '/tmp',
    uid: firstId,
    homeOf(user) {
      if (user === undefined) return environment['HOME'];
      return user === 'root' ? '/root' : idOf(user) === undefined ? undefined : `/home/${user}`;
    },
    // The differential tests want directories that do not exist: there, and here, they have this name.
    isDirectory: (path) => !path.includes('/no-such-place') && !files.has(absolute(path)),
    accountOf: (user) => {
      const id = idOf(user);
      return id === undefined ? undefined : { uid: id, gid: id };
    },
    groupOf: idOf,
    readFile,
    exists(path) {
      const whole = absolute(path);
      return [...files.keys()].some((file) => file === whole || file.startsWith(`${whole}/`));
    },
    listDirectory(path) {
      const whole = absolute(path);
      const below = [...files.keys()].filter((file) => file.startsWith(`${whole}/`));
      return [...new Set(below.map((file) => file.slice(whole.length + 1).replace(/\/.*$/, '')))];
    },
    resolvesFactory: () => true,
  };
}
