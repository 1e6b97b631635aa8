import { expect, test } from 'vitest';
import { troubleText } from '../../../src/daemon/watching/file-watch.ts';

const failure = (code: string) => Object.assign(new Error(`${code}: no`), { code });

test('a limit of the system is named with the setting that raises it', () => {
  expect(troubleText(failure('ENOSPC'))).toContain('fs.inotify.max_user_watches');
  expect(troubleText(failure('EMFILE'))).toContain('fs.inotify.max_user_instances');
  expect(troubleText(failure('EACCES'))).toBe('EACCES: no');
});

test('a file that has gone by the time it is looked at is no trouble', () => {
  expect(troubleText(failure('ENOENT'))).toBeUndefined();
  expect(troubleText(failure('ENOTDIR'))).toBeUndefined();
});
