import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { ConfigOracle } from '../../support/config-oracle.ts';
import { dist } from '../../support/daemon.ts';
import { samples } from '../../support/doctor-samples.ts';
import { needs } from '../../support/skips.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'doctor-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (command: string, ...args: string[]) =>
  runCommand([join(dist, `${command}.cjs`), ...args], { cwd: folder });

function fileWith(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('the doctor looks at a file without a daemon, and --test says the same', async () => {
  fileWith('nginx.conf', 'events {}\n');
  const file = fileWith('bad.conf', '[supervisord]\n[program:web]\ncommand=nginx -c %(here)s/nginx.conf\n');
  const [doctor, test] = await Promise.all([
    run('tssupervisorctl', 'doctor', '-c', file),
    run('tssupervisord', '--test', '-c', file),
  ]);
  const warning =
    `${file}:3: [program:web] command: nginx goes to the background with this command\n` +
    '  type: nginx -g "daemon off;"\n  nginx-daemon, https://nginx.org/en/docs/ngx_core_module.html#daemon\n';
  expect(doctor).toEqual({ stdout: warning, stderr: '', code: 1 });
  expect(test).toEqual({ stdout: `${file}: the configuration can be used\n${warning}`, stderr: '', code: 0 });
});

test('the file of -c is the one it looks at, and of a good one it has nothing to say', async () => {
  const file = fileWith('good.conf', '[supervisord]\n[program:web]\ncommand=nginx -g "daemon off;"\n');
  const found = await run('tssupervisorctl', '-c', file, 'doctor');
  expect(found).toEqual({ stdout: `${file}: nothing to say\n`, stderr: '', code: 0 });
});

test('a file that cannot be read ends the doctor with 2, and says where', async () => {
  const file = fileWith('wrong.conf', '[supervisord]\n[program:web]\ncommand=x\nstartsecs=soon\n');
  const { stdout, code } = await run('tssupervisorctl', 'doctor', '-c', file);
  expect([code, stdout]).toEqual([2, expect.stringContaining(`${file}:4: [program:web] startsecs: `)]);
  const { code: missing } = await run('tssupervisorctl', 'doctor', '-c', join(folder, 'none.conf'));
  expect(missing).toBe(2);
});

test('--for-supervisor lists what only tssupervisor understands, --json for programs', async () => {
  const file = fileWith('ours.conf', '[supervisord]\n[program:web]\ncommand=foo --port %(port)d\nport=2000\n');
  const { stdout, code } = await run('tssupervisorctl', 'doctor', '--for-supervisor', '--json', '-c', file);
  const { findings } = JSON.parse(stdout) as { findings: { rule: string; line: number }[] };
  expect([code, findings.map(({ rule, line }) => [rule, line])]).toEqual([
    1,
    [
      ['for-supervisor-name', 3],
      ['for-supervisor-key', 4],
    ],
  ]);
});

needs('supervisor').test(
  'what --for-supervisor calls refused Supervisor refuses, and what it calls passed over it takes',
  async () => {
    const texts = (rule: string, kind: 'bad' | 'good') =>
      (samples[rule]?.[kind] ?? []).map((sample) => `[supervisord]\n${sample}\n`);
    const refused = texts('for-supervisor-name', 'bad');
    const taken = [
      ...texts('for-supervisor-name', 'good'),
      ...texts('for-supervisor-key', 'bad'),
      ...texts('for-supervisor-section', 'bad'),
    ];
    const oracle = new ConfigOracle();
    try {
      const answers = await oracle.ask(
        [...refused, ...taken].map((text) => ({
          kind: 'options' as const,
          files: { 'supervisord.conf': Buffer.from(text) },
          env: { HOME: '/root' },
        })),
      );
      expect(answers.map(({ error }) => error !== undefined)).toEqual([
        ...refused.map(() => true),
        ...taken.map(() => false),
      ]);
      expect(answers.length).toBeGreaterThan(5);
    } finally {
      await oracle.close();
    }
  },
);
