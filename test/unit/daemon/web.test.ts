import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import type { PageAnswer, PageRequest } from '../../../src/daemon/web/model.ts';
import { answerPage } from '../../../src/daemon/web/site.ts';
import type { StateName } from '../../../src/rpc/states.ts';
import { stateCodes } from '../../../src/rpc/states.ts';
import { processInfo, ToyPageDaemon } from '../../support/toy-page-daemon.ts';

const nasty = `a&b<script>alert("1")</script>'"\u001b[31m\0\u009b2J\ud800\uffff`;
const tamed = `a&b<script>alert("1")</script>'"\u241b[31m\u2400\ufffd2J\ufffd\ufffd`;

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
}

/** Every element with all text inside it; throws if the page is not well-formed. */
function elements(page: string): readonly Element[] {
  const found: Element[] = [];
  const open: Element[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes, text: '' };
    found.push(element);
    open.push(element);
  });
  parser.on('text', (text) => {
    for (const element of open) element.text += text;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(page).close();
  return found;
}

const text = (page: string, name: string): string[] =>
  elements(page)
    .filter((one) => one.name === name)
    .map((one) => one.text.trim());

/** What the buttons of a page do. */
const formActions = (page: string): string[] =>
  elements(page)
    .filter((one) => one.name === 'button')
    .map((one) => `${one.text}: ${one.attributes['formaction']}`);

const get = (daemon: ToyPageDaemon, url: string): Promise<PageAnswer> => ask(daemon, { method: 'GET', url });
const ask = (daemon: ToyPageDaemon, request: Partial<PageRequest>): Promise<PageAnswer> =>
  answerPage(daemon, { method: 'POST', url: '/index.html', headers: {}, body: '', ...request });
const act = (daemon: ToyPageDaemon, body: string, headers: PageRequest['headers'] = {}): Promise<PageAnswer> =>
  ask(daemon, { body: `token=the-token&${body}`, headers });

const header = ({ headers }: PageAnswer, name: string): string | undefined => {
  const at = headers.indexOf(name);
  return at < 0 ? undefined : headers[at + 1];
};
const messageOf = (answer: PageAnswer): string | null => {
  const location = header(answer, 'Location') ?? '';
  expect([answer.status, location.slice(0, 11)]).toEqual([303, './?message=']);
  return new URL(location, 'http://a/').searchParams.get('message');
};

test('each process has a row with its state, description, name and actions, sorted as they come', async () => {
  const daemon = new ToyPageDaemon([
    processInfo('web_00', 'RUNNING', { group: 'web', description: 'pid 7, uptime 0:00:05' }),
    processInfo('batch', 'EXITED', { description: 'Nov 22 08:17 PM' }),
  ]);
  const { status, body } = await get(daemon, '/');
  expect(status).toBe(200);
  expect(text(body, 'th')).toEqual(['State', 'Description', 'Name', 'Action']);
  const cells = text(body, 'td');
  expect(cells.filter((_, index) => index % 4 !== 3)).toEqual([
    ...['running', 'pid 7, uptime 0:00:05', 'web:web_00'],
    ...['exited', 'Nov 22 08:17 PM', 'batch'],
  ]);
  const links = elements(body).filter((one) => one.name === 'a');
  expect(links.map((one) => `${one.text}: ${one.attributes['href']}`)).toEqual([
    'supervisor: ./',
    'Refresh: index.html?action=refresh',
    'web:web_00: tail.html?processname=web%3Aweb_00',
    'Tail -f Stdout: logtail/web%3Aweb_00',
    'Tail -f Stderr: logtail/web%3Aweb_00/stderr',
    'batch: tail.html?processname=batch',
    'Tail -f Stdout: logtail/batch',
    'Tail -f Stderr: logtail/batch/stderr',
  ]);
  expect(formActions(body)).toEqual([
    'Restart All: index.html?action=restartall',
    'Stop All: index.html?action=stopall',
    'Restart: index.html?processname=web%3Aweb_00&action=restart',
    'Stop: index.html?processname=web%3Aweb_00&action=stop',
    'Clear Log: index.html?processname=web%3Aweb_00&action=clearlog',
    'Start: index.html?processname=batch&action=start',
    'Clear Log: index.html?processname=batch&action=clearlog',
  ]);
  expect(elements(body).find((one) => one.attributes['id'] === 'supervisor_version')?.text).toBe('4.2.5');
});

const states: Readonly<Record<StateName, readonly [string, string]>> = {
  STOPPED: ['statusnominal', 'Start'],
  STARTING: ['statusnominal', 'Stop'],
  RUNNING: ['statusrunning', 'Restart Stop'],
  BACKOFF: ['statuserror', 'Stop'],
  STOPPING: ['statusnominal', ''],
  EXITED: ['statusnominal', 'Start'],
  FATAL: ['statuserror', 'Start'],
  UNKNOWN: ['statusnominal', ''],
};

test.each(Object.entries(states))('%s has class and buttons %j', async (state, [statusClass, actions]) => {
  const daemon = new ToyPageDaemon([processInfo('cat', state as StateName)]);
  const { body } = await get(daemon, '/index.html');
  const shown = elements(body).find((one) => one.attributes['class'] === statusClass);
  expect(shown?.text).toBe(state.toLowerCase());
  const labels = text(body, 'button').slice(2);
  expect(labels).toEqual([...actions.split(' ').filter((label) => label !== ''), 'Clear Log']);
});

test('states are counted by name', async () => {
  const list = (['RUNNING', 'FATAL', 'RUNNING'] as const).map((state, index) => processInfo(`p${index}`, state));
  const { body } = await get(new ToyPageDaemon(list), '/');
  expect(elements(body).find((one) => one.attributes['id'] === 'summary')?.text).toBe('1 fatal, 2 running');
});

test('without programs there are none to manage', async () => {
  const { body } = await get(new ToyPageDaemon(), '/');
  expect(text(body, 'p')).toContain('No programs to manage');
  expect(text(body, 'table')).toEqual([]);
});

test('while the daemon goes down the page says so', async () => {
  const daemon = new ToyPageDaemon(undefined);
  daemon.list = undefined;
  const { status, body } = await get(daemon, '/?message=All%20stopped');
  expect(status).toBe(200);
  expect(text(body, 'p').slice(1, 3)).toEqual(['The daemon is shutting down or restarting', 'All stopped']);
});

test('names, descriptions and messages are text, whatever is in them', async () => {
  const daemon = new ToyPageDaemon([processInfo(nasty, 'RUNNING', { description: nasty })]);
  const { body } = await get(daemon, `/?message=${encodeURIComponent('<script>x</script>"&')}`);
  expect(text(body, 'script')).toEqual([]);
  expect(body).toContain('&lt;/script&gt;&#39;&quot;'); // safe in attributes of either quote too
  expect(text(body, 'td').slice(1, 3)).toEqual([tamed, tamed]);
  const message = elements(body).find((one) => one.attributes['class'] === 'status_msg');
  expect(message?.text).toBe('<script>x</script>"&');
  const link = elements(body).find((one) => one.attributes['href']?.startsWith('tail.html'));
  const back = new URL(link?.attributes['href'] ?? '', 'http://a/').searchParams.get('processname');
  expect(back).toBe(nasty.replace('\ud800', '\ufffd'));
});

test("another site's link cannot put words into the page's mouth", async () => {
  const shown = async (headers: PageRequest['headers']): Promise<boolean> => {
    const { status, body } = await ask(new ToyPageDaemon(), { method: 'GET', url: '/?message=Call+me', headers });
    expect(status).toBe(200);
    return body.includes('Call me');
  };
  expect(await shown({ 'sec-fetch-site': 'cross-site' })).toBe(false);
  for (const site of ['same-origin', 'same-site', 'none']) expect(await shown({ 'sec-fetch-site': site })).toBe(true);
});

test('pools that lost events, or have a listener that broke the protocol, are named below the table', async () => {
  const daemon = new ToyPageDaemon([processInfo('cat', 'RUNNING')]);
  daemon.pools = [
    { name: 'watch', dropped: 3, unknown: [] },
    { name: 'mail', dropped: 1, unknown: ['mail:m_0', nasty] },
  ];
  const { body } = await get(daemon, '/');
  const told = elements(body).filter((element) => element.attributes['class'] === 'pool_msg');
  expect(told.map((element) => element.text)).toEqual([
    'Event listeners of pool watch: 3 events lost because too many waited',
    'Event listeners of pool mail: 1 event lost because too many waited; ' +
      'mail:m_0 broke the protocol and gets no events until it is restarted; ' +
      `${tamed} broke the protocol and gets no events until it is restarted`,
  ]);
  expect(body.indexOf('pool_msg')).toBeGreaterThan(body.indexOf('</table>'));
  daemon.pools = [];
  expect((await get(daemon, '/')).body).not.toContain('Event listeners');
});

test('pages may not be kept, framed, or made to run a script', async () => {
  for (const url of ['/', '/tail.html', '/ok.html', '/?action=stopall', '/?action=refresh']) {
    const answer = await get(new ToyPageDaemon(), url);
    expect(header(answer, 'Cache-Control')).toBe('no-store');
    expect(header(answer, 'X-Content-Type-Options')).toBe('nosniff');
    expect(header(answer, 'Referrer-Policy')).toBe('same-origin');
    expect(header(answer, 'Content-Security-Policy')).toMatch(/^default-src 'none';.*frame-ancestors 'none'$/);
    expect(header(answer, 'Content-Security-Policy')).not.toMatch(/script|unsafe/);
    expect(answer.body).not.toMatch(/<script|<style| style=| on\w+=/);
  }
});

const one = (): ToyPageDaemon =>
  new ToyPageDaemon([processInfo('cat', 'RUNNING'), processInfo('p', 'FATAL', { group: 'g' })]);

test.each([
  ['action=start&processname=g:p', [['startProcess', 'g:p', true]], 'Process g:p started'],
  ['action=stop&processname=cat', [['stopProcess', 'cat', true]], 'Process cat stopped'],
  [
    'action=restart&processname=cat',
    [
      ['stopProcess', 'cat', true],
      ['startProcess', 'cat', true],
    ],
    'Process cat restarted',
  ],
  ['action=clearlog&processname=cat', [['clearProcessLogs', 'cat']], 'Log for cat cleared'],
  ['action=stopall', [['stopAllProcesses', true]], 'All stopped at Sun Nov  1 09:05:07 2026'],
  [
    'action=restartall',
    [
      ['stopAllProcesses', true],
      ['startAllProcesses', true],
    ],
    'All restarted at Sun Nov  1 09:05:07 2026',
  ],
  ['action=stop&processname=dog', [], 'No such process named dog'],
  ['action=stop&processname=g:*', [], 'No such process named g:*'],
  ['action=stop&processname=g', [], 'No such process named g'],
])('a form with %s does %j and says "%s"', async (body, calls, message) => {
  const daemon = one();
  expect(messageOf(await act(daemon, body))).toBe(message);
  expect(daemon.calls).toEqual(calls);
});

test.each([
  ['start', 20, 'NO_FILE: x', 'ERROR: Process cat: no such file'],
  ['start', 21, 'NOT_EXECUTABLE: x', 'ERROR: Process cat: file not executable'],
  ['start', 60, 'ALREADY_STARTED: cat', 'ERROR: Process cat: already started'],
  ['start', 50, 'SPAWN_ERROR: cat', 'ERROR: Process cat: spawn error'],
  ['start', 40, 'ABNORMAL_TERMINATION: cat', 'ERROR: Process cat: abnormal termination'],
  ['start', 6, 'SHUTDOWN_STATE', 'ERROR: Process cat: unexpected rpc fault [6] SHUTDOWN_STATE'],
  ['stop', 70, 'NOT_RUNNING: cat', 'unexpected rpc fault [70] NOT_RUNNING: cat'],
  ['clearlog', 30, 'FAILED: cat', 'unexpected rpc fault [30] FAILED: cat'],
  ['restart', 70, 'NOT_RUNNING: cat', 'Process cat restarted'],
  ['stopall', 6, 'SHUTDOWN_STATE', 'unexpected rpc fault [6] SHUTDOWN_STATE'],
  ['restartall', 6, 'SHUTDOWN_STATE', 'unexpected rpc fault [6] SHUTDOWN_STATE'],
])('%s that is refused with [%d] %s says "%s"', async (action, code, fault, message) => {
  const daemon = one();
  daemon.outcome = { code, text: fault };
  expect(messageOf(await act(daemon, `action=${action}&processname=cat`))).toBe(message);
});

test('the buttons name their action in the address, and the form brings the token', async () => {
  const daemon = one();
  const url = '/index.html?processname=cat&action=stop';
  expect(messageOf(await ask(daemon, { url, body: 'token=the-token' }))).toBe('Process cat stopped');
});

test('a GET that names an action does nothing and says why', async () => {
  for (const action of ['start', 'stop', 'restart', 'clearlog', 'stopall', 'restartall', 'nonsense']) {
    for (const method of ['GET', 'HEAD']) {
      const daemon = one();
      const answer = await ask(daemon, { method, url: `/?action=${action}&processname=cat&token=the-token` });
      expect([answer.status, header(answer, 'Allow'), daemon.calls]).toEqual([405, 'POST', []]);
      expect(text(answer.body, 'p')).toContain('Use the buttons of the status page. Scripts use XML-RPC.');
    }
  }
});

test('Refresh is a GET that says when', async () => {
  const daemon = one();
  expect(messageOf(await get(daemon, '/index.html?action=refresh'))).toBe('Page refreshed at Sun Nov  1 09:05:07 2026');
  expect(daemon.calls).toEqual([]);
});

test.each([
  ['no token', 'action=stopall', {}],
  ['an empty token', 'token=&action=stopall', {}],
  ['the token of another life', 'token=other-token&action=stopall', {}],
  ['a token that is longer', 'token=the-token2&action=stopall', {}],
  ['a page of another site', 'token=the-token&action=stopall', { host: 'a:1', referer: 'http://b:1/' }],
  ['a page of another port', 'token=the-token&action=stopall', { host: 'a:1', referer: 'http://a:2/' }],
  ['a referer that is none', 'token=the-token&action=stopall', { host: 'a:1', referer: 'x' }],
])('a form with %s does nothing', async (_, body, headers) => {
  const daemon = one();
  const answer = await ask(daemon, { body, headers });
  expect([answer.status, header(answer, 'Location'), daemon.calls]).toEqual([403, undefined, []]);
  expect(text(answer.body, 'h2')).toEqual(['Nothing was done']);
});

test('a form from our own page may say so', async () => {
  const answer = await act(one(), 'action=stopall', { host: 'a:1', referer: 'http://a:1/index.html' });
  expect(answer.status).toBe(303);
});

test('an action that there is none of is 400, also one that every object has', async () => {
  for (const body of ['action=explode', 'action=stop', 'action=constructor&processname=cat', 'action=__proto__']) {
    const daemon = one();
    expect([body, (await act(daemon, body)).status, daemon.calls]).toEqual([body, 400, []]);
  }
});

test('a message keeps every character on its way through the redirect', async () => {
  const name = `x y&z=%2F?#+'"<é\u{1f600}\r\nSet-Cookie: a`;
  const answer = await act(one(), `action=stop&processname=${encodeURIComponent(name)}`);
  expect(messageOf(answer)).toBe(`No such process named ${name}`);
  expect(header(answer, 'Location')).toMatch(/^[\w%~./?=-]+$/);
});

test('a log shows its end: at least 1024 bytes, as many as asked for, at most 4 MiB', async () => {
  const sizes: [string, number][] = [
    ['', 1024],
    ['&limit=5', 1024],
    ['&limit=-5', 1024],
    ['&limit=2000', 2000],
    ['&limit=x', 1024],
    ['&limit=99999999999', 4 * 1024 * 1024],
  ];
  for (const [limit, bytes] of sizes) {
    const daemon = one();
    daemon.outcome = { value: `\n<b>${nasty}\r\n` };
    const { status, body } = await get(daemon, `/tail.html?processname=g%3Ap${limit}`);
    expect([status, daemon.calls]).toEqual([200, [['readProcessStdoutLog', 'g:p', -bytes, 0]]]);
    expect(text(body, 'title')).toEqual(['Supervisor tail of process g:p']);
    const [pre] = elements(body).filter((element) => element.name === 'pre');
    expect(pre?.text).toBe(`\n\n<b>${tamed}\n`); // a browser leaves out the first line break
    const refresh = elements(body).find((element) => element.name === 'a' && element.text === 'Refresh');
    expect(refresh?.attributes['href']).toBe(`tail.html?processname=g%3Ap&limit=${bytes}`);
  }
});

test('the other log is a link away', async () => {
  const daemon = one();
  daemon.outcome = { value: 'x' };
  await get(daemon, '/tail.html?processname=cat&channel=stderr');
  expect(daemon.calls).toEqual([['readProcessStderrLog', 'cat', -1024, 0]]);
});

test.each([
  ['/tail.html', { value: '' }, 'No process name found'],
  ['/tail.html?processname=', { value: '' }, 'No process name found'],
  ['/tail.html?processname=cat', { code: 20, text: 'NO_FILE: /x' }, 'No file for cat'],
  ['/tail.html?processname=c', { code: 10, text: 'BAD_NAME: c' }, 'ERROR: unexpected rpc fault [10] BAD_NAME: c'],
])('%s that comes to %j shows "%s"', async (url, outcome, shown) => {
  const daemon = one();
  daemon.outcome = outcome;
  expect(text((await get(daemon, url)).body, 'pre')).toEqual([shown]);
});

test('ok.html is OK, and the style sheet is where it was', async () => {
  const ok = await get(one(), '/ok.html');
  expect([ok.status, header(ok, 'Content-Type'), ok.body]).toEqual([200, 'text/plain', 'OK']);
  const css = await get(one(), '/stylesheets/supervisor.css?1.2.3');
  expect([css.status, header(css, 'Content-Type')]).toEqual([200, 'text/css;charset=utf-8']);
  for (const name of ['statusrunning', 'statuserror', 'statusnominal']) expect(css.body).toContain(`.${name}`);
  expect(css.body.split('{').length).toBe(css.body.split('}').length);
});

test('every state has a code, a class and buttons', () => {
  expect(Object.keys(states).sort()).toEqual(Object.keys(stateCodes).sort());
});
