import { expect, test } from 'vitest';
import { adviceFor, type Facts } from '../../../src/ctl/advice/advice.ts';

const unix: Facts = {
  file: '/etc/s.conf',
  serverurl: 'unix:///run/s.sock',
  address: { type: 'unix', path: '/run/s.sock' },
  isUrlGiven: false,
  username: undefined,
  user: 'joe',
  daemon: { socket: '/run/s.sock' },
  barrier: undefined,
};
const inet: Facts = {
  ...unix,
  serverurl: 'http://localhost:9001',
  address: { type: 'inet', host: 'localhost', port: 9001 },
  daemon: { port: '*:9001' },
};
const system = (code: string, facts: Facts) => adviceFor({ type: 'system', code }, facts);
const status = (code: number, facts: Facts) => adviceFor({ type: 'status', status: code, reason: 'No' }, facts);

test.each<[when: string, said: string | undefined, expected: string]>([
  [
    'no daemon runs',
    system('ENOENT', { ...unix, file: "/etc/my conf's" }),
    `No supervisord runs with this file: start it with "tssupervisord -c '/etc/my conf'\\''s'"`,
  ],
  [
    'no daemon runs where -s says',
    system('ENOENT', { ...unix, isUrlGiven: true }),
    'No supervisord runs there: start it with "tssupervisord -c FILE"',
  ],
  [
    'its socket was deleted',
    system('ENOENT', { ...unix, daemon: { socket: '/run/s.sock', pid: 812 } }),
    'supervisord runs as pid 812, but somebody has deleted its socket: "kill -HUP 812" restarts it with all programs',
  ],
  [
    'the file names two sockets',
    system('ENOENT', { ...unix, daemon: { socket: '/run/other.sock' } }),
    '[unix_http_server] of /etc/s.conf makes its socket at /run/other.sock: ' +
      'write serverurl=unix:///run/other.sock into its [supervisorctl]',
  ],
  [
    '-s names another socket than the file',
    system('ENOENT', { ...unix, isUrlGiven: true, daemon: { socket: '/run/other.sock' } }),
    '[unix_http_server] of /etc/s.conf makes its socket at /run/other.sock: leave out -s',
  ],
  [
    'the file has a server at a port only',
    system('ENOENT', { ...unix, daemon: { port: '*:9001' } }),
    '/etc/s.conf has no [unix_http_server]: write serverurl=http://127.0.0.1:9001 into its [supervisorctl]',
  ],
  [
    'the daemon was killed',
    system('ECONNREFUSED', unix),
    'Its socket was left behind by a supervisord that was killed. ' +
      'No supervisord runs with this file: start it with "tssupervisord -c /etc/s.conf"',
  ],
  [
    'nobody listens at the port',
    system('ECONNREFUSED', inet),
    'No supervisord runs with this file: start it with "tssupervisord -c /etc/s.conf"',
  ],
  [
    'there is no file',
    system('ECONNREFUSED', { ...inet, file: undefined, daemon: {} }),
    'No configuration file was found, so this is where the default looks: name yours with ' +
      '"tssupervisorctl -c FILE", or let "tssupervisorctl init" write one',
  ],
  [
    'the file has a socket only, and names no serverurl',
    system('ECONNREFUSED', { ...inet, daemon: { socket: '/run/s.sock' } }),
    '/etc/s.conf has no [inet_http_server]: write serverurl=unix:///run/s.sock into its [supervisorctl]',
  ],
  [
    'the file names two ports',
    system('ECONNREFUSED', { ...inet, daemon: { port: '127.0.0.1:9002' } }),
    '[inet_http_server] of /etc/s.conf says port=127.0.0.1:9002, and its [supervisorctl] ' +
      'serverurl=http://localhost:9001: one of them is wrong',
  ],
  [
    'the socket is for others',
    system('EACCES', {
      ...unix,
      barrier: { path: '/run/s.sock', isFolder: false, owner: 'root', group: 'adm', mode: 0o700 },
    }),
    'The socket belongs to root:adm and has mode 0700, and you are joe: try "sudo tssupervisorctl -c /etc/s.conf ...", ' +
      'or let a group in with chmod=0770 and chown=root:GROUP in [unix_http_server]',
  ],
  [
    'the folder of the socket is for others',
    system('EACCES', {
      ...unix,
      isUrlGiven: true,
      barrier: { path: '/run', isFolder: true, owner: 'root', group: 'root', mode: 0o700 },
    }),
    'The folder /run belongs to root:root and has mode 0700, and you are joe: try "sudo tssupervisorctl ..."',
  ],
  [
    'no password was given',
    status(401, unix),
    'No user name was given: type "tssupervisorctl -u USER -p PASSWORD ...", ' +
      'or write username= and password= into [supervisorctl] of /etc/s.conf',
  ],
  [
    'the user is not the one of the file',
    status(401, { ...unix, username: 'ann', daemon: { username: 'bob' } }),
    'The server\'s section of /etc/s.conf has username=bob, and "ann" was given: type "tssupervisorctl ' +
      '-u USER -p PASSWORD ...", or write username= and password= into [supervisorctl] of /etc/s.conf',
  ],
  [
    'the password is wrong',
    status(401, { ...unix, isUrlGiven: true, username: 'bob', daemon: { username: 'bob' } }),
    'User "bob" or the password given for it is not the server\'s: type "tssupervisorctl -u USER -p PASSWORD ..."',
  ],
  [
    'a web server answers',
    status(404, inet),
    'What answers there ("404 No") is no supervisord: check serverurl, which is http://localhost:9001 (out of /etc/s.conf)',
  ],
  [
    'something that is no web server answers',
    adviceFor({ type: 'stranger' }, { ...inet, isUrlGiven: true }),
    'What answers there is no supervisord: check serverurl, which is http://localhost:9001 (-s)',
  ],
  [
    'there is no such host',
    system('ENOTFOUND', { ...inet, isUrlGiven: true }),
    'No host of this name is known: check serverurl, which is http://localhost:9001 (-s)',
  ],
])('when %s, people are told why and what to type', (_, said, expected) => {
  expect(said).toBe(expected);
});

test('about what the system has said well enough nothing more is said', () => {
  expect(system('EMFILE', unix)).toBeUndefined();
});
