import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkFile, confsIn } from '../../../scripts/corpus/check.ts';

const folder = join(import.meta.dirname, '../../fixtures/config');

describe('each trait of the dialect is read as Supervisor 4.2.5 reads it', () => {
  test.each(confsIn(folder).map((conf) => [basename(conf, '.conf'), conf]))('%s', (_, conf) => {
    expect(checkFile(conf), readFileSync(conf, 'utf8')).toEqual([]);
  });
});
