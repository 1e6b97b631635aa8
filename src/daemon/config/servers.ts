/** The HTTP servers: inet before unix, each kind in the order of its sections. */
import { normalPath } from '../../config/paths.ts';
import { strip } from '../../config/python-text.ts';
import { inetServerOptions, unixServerOptions } from './daemon-options.ts';
import type { HttpServerConfig } from './model.ts';
import { type Reading, type Scope, SectionReader } from './reading.ts';

export function readServers(reading: Reading): HttpServerConfig[] {
  const ofKind = (kind: string) => reading.ini.sections().filter((section) => section.startsWith(kind));
  return [
    ...ofKind('inet_http_server').map((section) => readInet(reading, section)),
    ...ofKind('unix_http_server').map((section) => readUnix(reading, section)),
  ];
}

/** What SUPERVISOR_SERVER_URL says to a child: the first unix server, else the last inet server, else nothing. */
export function childServerUrl(servers: readonly HttpServerConfig[]): string | undefined {
  const unix = servers.find((server) => server.family === 'unix');
  if (unix !== undefined) return `unix://${unix.file}`;
  const inet = servers.findLast((server) => server.family === 'inet');
  return inet === undefined ? undefined : `http://${inet.host === '' ? 'localhost' : inet.host}:${inet.port}`;
}

function nameIn(section: string): string | undefined {
  const colon = section.indexOf(':');
  return colon < 0 ? undefined : section.slice(colon + 1);
}

function readInet(reading: Reading, section: string): HttpServerConfig {
  const reader = new SectionReader(reading, inetServerOptions, section);
  const scope = reading.scope();
  const authentication = readAuthentication(reader, scope);
  if (!reader.isWritten('port')) reader.problem(undefined, `section [${section}] has no port value`);
  const address = reader.read('port', scope) ?? { host: '', port: 0 };
  const allow_unauthenticated = reader.read('allow_unauthenticated', scope);
  return { family: 'inet', section, name: nameIn(section), ...authentication, ...address, allow_unauthenticated };
}

function readUnix(reading: Reading, section: string): HttpServerConfig {
  const reader = new SectionReader(reading, unixServerOptions, section);
  const scope = reading.scope();
  const written = reader.read('file', reading.scope({ here: reading.here }));
  if (!reader.isWritten('file')) reader.problem(undefined, `section [${section}] has no file value`);
  const file = normalPath(strip(written ?? ''), reading.host);
  const authentication = readAuthentication(reader, scope);
  const chown = reader.read('chown', scope) ?? ([-1, -1] as const);
  const chmod = reader.read('chmod', scope);
  return { family: 'unix', section, name: nameIn(section), file, ...authentication, chown, chmod };
}

function readAuthentication(
  reader: SectionReader<typeof unixServerOptions> | SectionReader<typeof inetServerOptions>,
  scope: Scope,
): { readonly username: string | undefined; readonly password: string | undefined } {
  // The two tables have the same declarations of these keys.
  const username = (reader as SectionReader<typeof unixServerOptions>).read('username', scope);
  const password = (reader as SectionReader<typeof unixServerOptions>).read('password', scope);
  if (reader.isWritten('username') !== reader.isWritten('password')) {
    reader.problem(
      undefined,
      `Section [${reader.section}] contains incomplete authentication: If a username or a password is specified, ` +
        'both the username and password must be specified',
    );
  }
  return { username, password };
}
