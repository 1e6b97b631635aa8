import { compareIni, compareOptions } from '../../support/config-differential.ts';
import { expectAgreement, expectSameValues, seedOr } from '../../support/config-walk.ts';
import { needs } from '../../support/skips.ts';

needs('supervisor').test('5,000 random files are taken apart as Supervisor takes them apart', async () => {
  await expectAgreement(compareIni, 5_000, seedOr(1));
});

needs('supervisor').test('500 random configurations mean what they mean to Supervisor', async () => {
  await expectAgreement(compareOptions, 500, seedOr(1));
});

needs('supervisor').test('5,000 random values are read or refused in the words of Supervisor', async () => {
  await expectSameValues(5_000, seedOr(1));
});
