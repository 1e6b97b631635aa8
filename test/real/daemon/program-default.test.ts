import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startDaemon } from '../../support/daemon.ts';
import { infoOf, textOf, untilState } from './support.ts';

const programs = `
[program:once]
command=sh -c 'echo "$NAME $LEVEL"; exec cat'

[program:own]
command=sh -c 'echo "$NAME $LEVEL"; exec cat'
environment=NAME="mine"
stdout_log_format=raw
`;

test('programs are started, logged and restarted by what [program-default] says', async () => {
  const defaults = (level: string) => `[program-default]
startsecs=0
autorestart=true
environment=NAME="%(program_name)s",LEVEL="${level}"
stdout_logfile=%(here)s/%(program_name)s.log
stdout_log_format=json
${programs}`;
  await using daemon = await startDaemon({ config: defaults('one') });
  const log = (name: string) => textOf(join(daemon.dir, `${name}.log`));
  const messages = () =>
    log('once')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).message);
  await daemon.until('both have spoken', () => messages().length === 1 && log('own') === 'mine \n');
  expect(messages()).toEqual(['once one']);

  const { pid } = await untilState(daemon, 'once', 'RUNNING');
  process.kill(pid, 'SIGKILL');
  await daemon.until('it is there again', () => messages().length === 2);

  const before = await infoOf(daemon, 'own');
  daemon.writeConfig(defaults('two'));
  expect((await daemon.ctl('update')).stdout).toBe('once: stopped\nonce: updated process group\n');
  await daemon.until('it has the new default', () => messages()[2] === 'once two');
  expect((await infoOf(daemon, 'own')).pid).toBe(before.pid);
});
