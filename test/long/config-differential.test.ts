import { compareIni, compareOptions } from '../support/config-differential.ts';
import { expectAgreement, expectSameValues, seedOr } from '../support/config-walk.ts';
import { needs } from '../support/skips.ts';

const seed = seedOr(Date.now() % 1_000_000);

needs('supervisor').test('50,000 random files are taken apart as Supervisor takes them apart', async () => {
  await expectAgreement(compareIni, 50_000, seed);
});

needs('supervisor').test('5,000 random configurations mean what they mean to Supervisor', async () => {
  await expectAgreement(compareOptions, 5_000, seed);
});

needs('supervisor').test('200,000 random values are read or refused in the words of Supervisor', async () => {
  await expectSameValues(200_000, seed);
});
