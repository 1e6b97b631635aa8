/**
 * Every method of `supervisor.*` and `system.*`, called by Python as scripts and monitoring do: what comes back from
 * our daemon is, type by type and value by value, what comes back from Supervisor's.
 */
import { join } from 'node:path';
import { expect } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { type DaemonKind, debian, ours, startDaemon } from '../../support/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { needs } from '../../support/skips.ts';
import { program, script } from '../daemon/support.ts';

const config = (port: number) => `
[inet_http_server]
port=127.0.0.1:${port}
username=admin
password=pass+word

${program('cat', 'cat', 'startsecs=0', 'priority=5', 'exitcodes=0,3', 'stopsignal=INT', 'environment=A="1"')}
${script('talk', "printf 'one\\ntwo <&>\\n'; echo oops >&2; sleep 0.5", 'startsecs=0', 'autorestart=false')}
${program('off', 'cat', 'startsecs=0', 'autostart=false', 'directory=/tmp', 'user=root', 'killasgroup=true')}
${program('silent', 'cat', 'startsecs=0', 'stdout_logfile=NONE', 'stderr_logfile=NONE')}
${program('unfound', '/does/not/exist', 'autostart=false')}
${program('crashing', 'false', 'autostart=false', 'startretries=0')}
${program('one', 'cat', 'startsecs=0', 'stdout_capture_maxbytes=1KB', 'redirect_stderr=true')}
${program('two', 'cat', 'startsecs=0', 'serverurl=http://127.0.0.1:1', 'stdout_logfile_maxbytes=5MB')}
[group:group]
programs=one,two
priority=7
`;

interface Calls {
  /** Method, parameters, answer. */
  readonly said: readonly (readonly [string, readonly unknown[], unknown])[];
  readonly uncalled: readonly string[];
}

async function callEverything(kind: DaemonKind): Promise<Calls> {
  const port = await freePort();
  await using daemon = await startDaemon({ kind, config: config(port) });
  const file = join(import.meta.dirname, 'fixtures/every-method.py');
  const argv = ['/usr/bin/python3', file, `127.0.0.1:${port}`, 'admin', 'pass+word', daemon.socket];
  const { stdout, stderr, code } = await runCommand(argv);
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  return JSON.parse(stdout.replaceAll(daemon.dir, '{here}')) as Calls;
}

needs('supervisor', 'python3').test(
  'every method answers Python as Supervisor does, value by value',
  async () => {
    const [seen, right] = await Promise.all([callEverything(ours), callEverything(debian)]);
    expect(seen.uncalled).toEqual([]);
    for (const [at, call] of right.said.entries()) expect.soft(seen.said[at]).toEqual(call);
    expect(seen.said).toHaveLength(right.said.length);
  },
  180_000,
);
