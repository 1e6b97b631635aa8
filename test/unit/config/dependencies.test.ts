import { describe, expect, test } from 'vitest';
import { groupsInOrder } from '../../../src/daemon/config/dependencies.ts';
import type { GroupConfig, LoadResult } from '../../../src/daemon/config/model.ts';
import { formatProblems } from '../../../src/daemon/config/problems.ts';
import { load } from '../../support/config-files.ts';

/** Each program with its keys: `{ web: 'depends_on=redis' }`. */
function read(programs: Readonly<Record<string, string>>, further = ''): LoadResult {
  const sections = Object.entries(programs).map(([name, keys]) => `[program:${name}]\ncommand=x\n${keys}\n`);
  return load(`[supervisord]\n${sections.join('')}${further}`);
}

function groups(result: LoadResult): readonly GroupConfig[] {
  if (!result.ok) throw new Error(formatProblems(result.problems));
  return result.config.groups;
}

function dependencies(result: LoadResult): Record<string, string[]> {
  const processes = groups(result).flatMap((group) => group.processes);
  return Object.fromEntries(
    processes.flatMap(({ name, dependsOn }) =>
      dependsOn === undefined ? [] : [[name, dependsOn.map(({ text, targets }) => `${text} = ${targets.join(' ')}`)]],
    ),
  );
}

function problems(result: LoadResult): string {
  return result.ok ? 'none' : formatProblems(result.problems);
}

function warnings(result: LoadResult): readonly string[] {
  if (!result.ok) throw new Error(formatProblems(result.problems));
  return result.config.messages.warn;
}

const job = 'startsecs=0\nautorestart=false';

describe('names', () => {
  test('a program, a group and a process are meant, ready if no condition is written', () => {
    const result = read(
      {
        redis: '',
        migrate: job,
        app: 'numprocs=2\nprocess_name=%(program_name)s_%(process_num)02d',
        a: '',
        b: '',
        web: 'depends_on = redis:started , migrate:exited,app,duo:b:ready, duo,duo:*',
      },
      '[group:duo]\nprograms=a,b\n',
    );
    expect(dependencies(result)).toEqual({
      web: [
        'redis:started = redis:*',
        'migrate:exited = migrate:*',
        'app:ready = app:*',
        'duo:b:ready = duo:b',
        'duo:ready = duo:*',
        'duo:*:ready = duo:*',
      ],
    });
    expect(warnings(result)).toEqual([]);
  });

  test('a program inside a group is only its own processes', () => {
    const result = read({ a: '', b: '', web: 'depends_on=a' }, '[group:duo]\nprograms=a,b\n');
    expect(dependencies(result)).toEqual({ web: ['a:ready = duo:a'] });
  });

  test('each process may name another, by its number', () => {
    const many = 'numprocs=2\nprocess_name=%(program_name)s_%(process_num)d';
    const result = read({ db: many, web: `${many}\ndepends_on=db:db_%(process_num)d` });
    expect(dependencies(result)).toEqual({ web_0: ['db:db_0:ready = db:db_0'], web_1: ['db:db_1:ready = db:db_1'] });
  });

  test('a file without the key has nothing of it', () => {
    expect(groups(read({ web: '' }))[0]?.processes[0]).not.toHaveProperty('dependsOn');
    expect(groups(read({ web: 'depends_on=' }))[0]?.processes[0]).not.toHaveProperty('dependsOn');
  });

  test('a name that nobody has is ignored with a warning', () => {
    const result = read({ redis: '', web: 'depends_on=redsi, redis' });
    expect(dependencies(result)).toEqual({ web: ['redis:ready = redis:*'] });
    expect(warnings(result).filter((line) => line.includes('depends_on'))).toEqual([
      expect.stringMatching(
        /^For \[program:web\], depends_on names "redsi", which is no program, group or group:process: it is ignored, did you mean "redis"\? \(.*:7\)$/,
      ),
    ]);
  });

  test('with a condition it is a problem', () => {
    expect(problems(read({ redis: '', web: 'depends_on=redsi:ready' }))).toMatch(
      /:7: \[program:web\] depends_on: Cannot wait for "redsi:ready": nobody has that name\n.*did you mean "redis:ready"\?/,
    );
  });

  test.each(['a b', 'a:b:c', ':ready', 'a:'])('%j is no dependency', (value) => {
    expect(problems(read({ web: `depends_on=${value}` }))).toContain(`Cannot use "${value}" as a dependency`);
  });
});

describe('exited', () => {
  test.each([
    ['autorestart=false', 'startsecs=0'],
    ['startsecs=0\nautorestart=true', 'autorestart=unexpected or false'],
    ['autorestart=true', 'startsecs=0 and autorestart=unexpected or false'],
  ])('of a program with %j the problem says what to write, and where', (keys, line) => {
    const text = problems(read({ migrate: keys, web: 'depends_on=migrate:exited' }));
    expect(text).toContain('Cannot wait for "migrate:exited": [program:migrate] is not one that ends');
    expect(text).toMatch(new RegExp(`expected ${line} in \\[program:migrate\\] \\(.*:2\\)`));
  });

  test('of one that ends is fine', () => {
    expect(problems(read({ migrate: 'startsecs=0', web: 'depends_on=migrate:exited' }))).toBe('none');
  });
});

describe('circles', () => {
  test('are ignored with a warning that names the lines, and others are kept', () => {
    const result = read({ a: 'depends_on=b', b: 'depends_on=a, c', c: '', d: 'depends_on=a' });
    expect(dependencies(result)).toEqual({ b: ['c:ready = c:*'], d: ['a:ready = a:*'] });
    const [line = '', ...others] = warnings(result).filter((one) => one.includes('circle'));
    expect(others).toEqual([]);
    expect(line).toContain('makes a circle, which is ignored: ');
    expect(line).toMatch(/\[program:a\] \([^)]*:4\)/);
    expect(line).toMatch(/\[program:b\] \([^)]*:7\)/);
  });

  test('with a condition they are a problem that names the lines', () => {
    const text = problems(read({ a: 'depends_on=b:started', b: 'depends_on=c', c: 'depends_on=a' }));
    expect(text).toMatch(/Cannot wait in a circle: /);
    for (const line of ['a\\] \\([^)]*:4', 'b\\] \\([^)]*:7', 'c\\] \\([^)]*:10']) {
      expect(text).toMatch(new RegExp(`\\[program:${line}\\)`));
    }
  });

  test('of one alone is one, too', () => {
    const result = read({ a: 'depends_on=a' });
    expect(dependencies(result)).toEqual({});
    expect(warnings(result).filter((line) => line.includes('circle')).length).toBe(1);
  });
});

test('groups come behind those that they need', () => {
  const all = groups(read({ a: 'depends_on=b', b: 'depends_on=c', c: '', d: '' }));
  expect(groupsInOrder(['a', 'd', 'c', 'b'], all)).toEqual(['c', 'b', 'a', 'd']);
});

describe('hooks', () => {
  test('are there where they are written, with what expands in a command', () => {
    const result = read({
      web: 'environment=DB="main"\npre_start=/bin/check %(ENV_DB)s %(process_num)d\npost_exit=\nhook_timeout=1.5',
      plain: 'hook_timeout=5',
    });
    const [plain, web] = groups(result).map(({ processes }) => processes[0]);
    expect(web?.hooks).toEqual({ commands: { pre_start: '/bin/check main 0' }, timeoutMs: 1500 });
    expect(plain).not.toHaveProperty('hooks');
  });

  test('no time at all is refused', () => {
    expect(problems(read({ web: 'pre_start=x\nhook_timeout=0' }))).toContain('Cannot give hooks no time at all');
  });
});
