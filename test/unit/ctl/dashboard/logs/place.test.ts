import { expect, test } from 'vitest';
import { wantedStreams } from '../../../../../src/ctl/dashboard/logs/place.ts';
import { program, Seat } from '../models.ts';

const one = [program('web:web_00'), program('web:web_01'), program('redis')];

function lines(name: string, ...texts: readonly string[]) {
  return {
    type: 'logs',
    message: { type: 'lines', at: 0, lines: texts.map((text) => ({ name, isError: false, text })) },
  } as const;
}

test('Enter and l open the logs of what is under the cursor, its streams with them; Esc closes them', () => {
  const seat = new Seat([one]);
  expect(wantedStreams(seat.model)).toBeUndefined();
  seat.send('G', 'enter');
  const wanted = wantedStreams(seat.model);
  expect(wanted).toMatchObject({ daemons: [{ daemon: 0, targets: ['redis:redis'] }], since: undefined, isHeld: false });
  seat.send(lines('redis', 'hello'));
  expect(seat.screen[0]).toContain('Logs redis:redis');
  expect(seat.screen[1]).toBe('  hello');
  seat.send('F');
  expect(wantedStreams(seat.model)).toMatchObject({ isHeld: true, opening: wanted?.opening });
  seat.send('escape');
  expect(seat.model.view).toBe('programs');
  expect(wantedStreams(seat.model)).toBeUndefined();
});

test('what is chosen is merged, L takes all, and of several daemons the names say which', () => {
  const seat = new Seat([one]);
  seat.send('C-a', 'l');
  expect(wantedStreams(seat.model)?.daemons).toHaveLength(1);
  seat.send(lines('redis', 'ready'), lines('web:web_00', 'GET /'));
  expect(seat.screen.slice(1, 3)).toEqual(['redis      | ready', 'web:web_00 | GET /']);
  const two = new Seat([one, [program('db')]]);
  two.send('L');
  expect(wantedStreams(two.model)).toMatchObject({
    daemons: [
      { daemon: 0, targets: ['all'] },
      { daemon: 1, targets: ['all'] },
    ],
    prefixes: ['host0/', 'host1/'],
  });
});

test('a time that is typed opens the streams anew from there, at the first line', () => {
  const seat = new Seat([one]);
  seat.send('l', lines('redis', 'old'));
  const before = wantedStreams(seat.model)?.opening ?? 0;
  seat.send('T').type('10m').send('enter');
  expect(wantedStreams(seat.model)).toMatchObject({ opening: before + 1, since: '10m' });
  expect(seat.screen.join('\n')).not.toContain('old');
  seat.send(lines('redis', ...Array.from({ length: 100 }, (_, at) => `line ${at}`)));
  expect(seat.screen[1]).toContain('line 0');
});

test('keys that mean something in lists are text in its filter, pasted text too', () => {
  const seat = new Seat([one]);
  seat.send('l', '/').type('q x:').send({ type: 'pasted', text: 'sK\nr' });
  expect(seat.screen.join('\n')).toContain('/q x:sK_');
  expect(seat.commands).toEqual([]);
  expect(seat.model.view).toBe('logs');
});

test('help has the keys of the log view and none of those of lists', () => {
  const seat = new Seat([one], { height: 60 });
  seat.send('l', '?');
  const help = seat.screen.join('\n');
  expect(help).toContain('stderr: nothing else');
  expect(help).toContain('quit');
  expect(help).not.toContain('sort by');
  expect(help.match(/^ +\/ /gm)).toHaveLength(1);
});

test('what is copied and what is still to be filtered goes out as a command', () => {
  const seat = new Seat([one]);
  seat.send('l', lines('redis', 'one', 'two'), 'y');
  expect(seat.commands.at(-1)).toEqual({ type: 'copy', text: 'one\ntwo\n' });
  seat.send(lines('redis', ...Array.from({ length: 20_000 }, (_, at) => `line ${at}`)), '/').type('9');
  expect(seat.commands.at(-1)).toEqual({ type: 'sift' });
});

test('the palette opens logs of what is chosen and of all', () => {
  const seat = new Seat([one]);
  seat.send(':').type('logs all').send('enter');
  expect(wantedStreams(seat.model)?.daemons).toEqual([{ daemon: 0, targets: ['all'] }]);
  const other = new Seat([one]);
  other.send('G', ':').type('logs').send('enter');
  expect(wantedStreams(other.model)?.daemons).toEqual([{ daemon: 0, targets: ['redis:redis'] }]);
});
