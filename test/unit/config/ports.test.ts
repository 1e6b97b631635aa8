import { expect, test } from 'vitest';
import type { LoadResult } from '../../../src/daemon/config/model.ts';
import { load as loadText } from '../../support/config-files.ts';

function load(programs: string): LoadResult {
  return loadText(`[supervisord]\n${programs}`);
}

function processes(programs: string) {
  const result = load(programs);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return result.config.groups.flatMap((group) => group.processes);
}

function problems(programs: string): string[] {
  const result = load(programs);
  return result.ok ? [] : result.problems.map(({ key, message }) => `${key}: ${message}`);
}

const numbered = 'process_name=%(program_name)s_%(process_num)d\n';

test('ports are counted from the first process, whatever its number is', () => {
  const all = processes(
    `[program:w]\ncommand=w %(bind)s:%(port)d %(port_metrics)d\n${numbered}numprocs=3\nnumprocs_start=5\nport=2000\nport_step=2\nport_metrics=9100\n`,
  );
  expect(all.map(({ command }) => command)).toEqual([
    'w 127.0.0.1:2000 9100',
    'w 127.0.0.1:2002 9102',
    'w 127.0.0.1:2004 9104',
  ]);
  expect(all[1]?.ports).toEqual([
    { key: 'port', port: 2002 },
    { key: 'port_metrics', port: 9102 },
  ]);
});

test('automatic ports keep away from the fixed ones of other programs', () => {
  const all = processes(
    `[supervisord]\nport_range=3000-3005\n[program:a]\ncommand=a\n${numbered}numprocs=2\nport=auto\n[program:b]\ncommand=b\nport=3001\n`,
  );
  expect(all.map(({ name, ports }) => `${name} ${ports[0]?.port}`)).toEqual(['a_0 3000', 'a_1 3002', 'b 3001']);
});

test('without these keys there are no ports, and %(port)d is no name', () => {
  expect(processes('[program:a]\ncommand=a\n')[0]).toMatchObject({ ports: [] });
  expect(problems('[program:a]\ncommand=a %(port)d\n')[0]).toContain(
    "contains names ('port') which cannot be expanded",
  );
});

test('a port that two would listen on is refused, naming both', () => {
  const b = '[program:b]\ncommand=b\nport=2001\n';
  const a = `[program:a]\ncommand=a\n${numbered}numprocs=2\nport=2000\n`;
  expect(problems(a + b)).toEqual([
    expect.stringMatching(/^port: Port 2001 of b:b is that of a:a_1 \(.*main\.conf:\d+\)$/),
  ]);
  expect(problems(a + b.replace('port=2001', 'port=2001\nbind=127.0.0.2'))).toEqual([]);
  expect(problems(a + b.replace('port=2001', 'port=2001\nbind=0.0.0.0'))).toHaveLength(1);
  expect(problems(`[inet_http_server]\nport=2000\n${a}`)).toHaveLength(1);
  expect(problems(`[fcgi-program:f]\ncommand=f\nsocket=tcp://localhost:2000\n${a}`)).toHaveLength(1);
});

test('a program with a fixed port cannot be in two groups', () => {
  const web = '[program:web]\ncommand=web\nport=2000\n[group:a]\nprograms=web\n[group:b]\nprograms=web\n';
  expect(problems(web)).toEqual([expect.stringContaining('Port 2000 of b:web is that of a:web')]);
});

test.each(['0', '65536', 'x', ''])('port=%s is refused', (port) => {
  expect(problems(`[program:a]\ncommand=a\nport=${port}\n`)).toEqual([`port: Cannot use "${port}" as a port`]);
});

test('ports beyond the last one are refused, and so is counting by nothing', () => {
  expect(problems(`[program:a]\ncommand=a\n${numbered}numprocs=2\nport=65535\n`)).toEqual([
    'port: Process 2 of this program would have port 65536',
  ]);
  expect(problems('[program:a]\ncommand=a\nport=2000\nport_step=0\n')).toEqual(['port_step: Cannot count ports by 0']);
});

test('a range that is used up is refused', () => {
  expect(
    problems(`[supervisord]\nport_range=3000-3000\n[program:a]\ncommand=a\n${numbered}numprocs=2\nport=auto\n`),
  ).toEqual(['port: No port of 3000-3000 is left for process 2 of this program']);
});
