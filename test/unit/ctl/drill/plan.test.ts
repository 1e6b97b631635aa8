import { describe, expect, test } from 'vitest';
import { frontAt } from '../../../../src/ctl/drill/front.ts';
import { readPlan } from '../../../../src/ctl/drill/plan.ts';

const url = 'http://127.0.0.1:8080/';

describe('the words of a drill', () => {
  test('a name and a URL are enough: half a minute, 50 a second, rolls and kills', () => {
    expect(readPlan(['web:*', url])).toMatchObject({
      name: 'web:*',
      actions: ['roll', 'kill'],
      forMs: 30_000,
      rate: 50,
      concurrency: 8,
      timeoutMs: 10_000,
      pauseMs: 2_000,
      yes: false,
    });
  });

  test('everything can be said otherwise', () => {
    const words = '--do kill,scale --for 2m --rate 10 --concurrency 3 --timeout 500ms --pause 0 --yes'.split(' ');
    expect(readPlan([...words, 'web', url])).toMatchObject({
      actions: ['kill', 'scale'],
      forMs: 120_000,
      rate: 10,
      concurrency: 3,
      timeoutMs: 500,
      pauseMs: 0,
      yes: true,
    });
    expect(readPlan(['web', url, '--do', 'nothing'])).toMatchObject({ actions: [] });
  });

  test.each([
    ['web', 'drill takes a name and a URL'],
    [`web ${url} x`, 'drill takes a name and a URL'],
    ['web 8080', 'Expected a URL such as http://127.0.0.1:8080/, got "8080"'],
    ['web https://127.0.0.1/', 'Expected a URL such as http://127.0.0.1:8080/, got "https://127.0.0.1/"'],
    [`web ${url} --rate 1001`, 'Expected --rate from 1 to 1000, got "1001"'],
    [`web ${url} --rate 0`, 'Expected --rate from 1 to 1000, got "0"'],
    [`web ${url} --concurrency many`, 'Expected --concurrency from 1 to 256, got "many"'],
    [`web ${url} --for 2h`, 'Expected --for from 0.1 to 3600 s (30, 500ms, 2m), got "2h"'],
    [`web ${url} --for long`, 'Expected --for from 0.1 to 3600 s (30, 500ms, 2m), got "long"'],
    [`web ${url} --do kill,stop`, 'Expected --do roll,kill,scale, some of them, or nothing, got "kill,stop"'],
  ])('%s: %s', (words, problem) => {
    expect(readPlan(words.split(' '))).toBe(problem);
  });

  test('an option that is none is named', () => {
    expect(readPlan(['web', url, '--hard'])).toContain("'--hard'");
  });
});

describe('where the load goes', () => {
  const names: Readonly<Record<string, readonly string[]>> = {
    localhost: ['127.0.0.1', '::1'],
    'me.example': ['192.0.2.7'],
    'both.example': ['192.0.2.7', '192.0.2.8'],
  };
  const lookUp = async (name: string) => {
    const found = names[name];
    if (found === undefined) throw new Error(`getaddrinfo ENOTFOUND ${name}`);
    return found;
  };
  const at = (hostname: string) => frontAt(hostname, lookUp, ['192.0.2.7', '127.0.0.1']);

  test.each(['127.0.0.1', '127.9.9.9', '192.0.2.7', '0.0.0.0'])('%s is this machine', async (address) => {
    expect(await at(address)).toEqual({ ok: true, address });
  });

  test('a name is looked up once, and its address is what is connected to', async () => {
    expect(await at('me.example')).toEqual({ ok: true, address: '192.0.2.7' });
    expect(await at('localhost')).toEqual({ ok: true, address: '127.0.0.1' });
    expect(await at('[::1]')).toEqual({ ok: true, address: '::1' });
  });

  test('another machine is refused, and a name that means one among others', async () => {
    const why = 'A drill sends its load to this machine only, and';
    expect(await at('192.0.2.9')).toEqual({ ok: false, why: `${why} 192.0.2.9 is another` });
    expect(await at('[2001:db8::1]')).toEqual({ ok: false, why: `${why} 2001:db8::1 is another` });
    expect(await at('both.example')).toEqual({ ok: false, why: `${why} both.example (192.0.2.8) is another` });
    const unknown = await at('no.example');
    expect(unknown).toEqual({ ok: false, why: 'Cannot look up no.example: getaddrinfo ENOTFOUND no.example' });
  });
});
