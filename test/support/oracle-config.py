"""Asks Supervisor's own option parser, for tests: one JSON request a line in, one JSON answer a line out.

Requests:
  {"kind": "ini", "files": [base64, ...]}                        what the INI parser makes of files read one over the other
  {"kind": "options", "files": {path: base64, ...}, "env": {...}}   the answer in the corpus's shape for supervisord.conf
  {"kind": "value", ...}                                         one value, see ask_value

`oracle-config.py STAGE FOLDER` writes the answer of every FOLDER/*.conf into the .json beside it instead. A comment
`; env NAME=value` in the file adds to the environment.

The machine is made up: see scripts/corpus/fake-host.ts, which makes up the same one. Three ways of the original that
we mend on purpose are mended here too (they are marked FIX), so that the answers can be compared.
"""
import base64
import json
import os
import platform
import pwd
import grp
import re
import shlex
import shutil
import sys
import tempfile
import warnings

warnings.simplefilter('ignore')
from supervisor import datatypes, options  # noqa: E402
from supervisor.compat import ConfigParser  # noqa: E402

FIRST_ID = 1000000000
stage = os.path.realpath(sys.argv[1])
names = ['root']
real_isdir = os.path.isdir


def id_of(name):
    if not re.match(r'^[A-Za-z_][A-Za-z0-9_.-]*\$?\Z', name):
        raise KeyError(name)
    if name not in names:
        names.append(name)
    return FIRST_ID + names.index(name)



class Account(tuple):
    """Supervisor takes the fields by position: uid and gid are 2 and 3."""
    pw_dir = '/'


def record(number, name):
    made = Account((name, 'x', number, number, '', '/home/%s' % name, ''))
    made.pw_dir = '/root' if name == 'root' else '/home/%s' % name
    return made


def by_name(name):
    return record(id_of(name), name)


def by_number(number):
    if number < 0:
        raise KeyError(number)
    return record(number, str(number))


def name_of(number):
    if number is None or number < FIRST_ID or number - FIRST_ID >= len(names):
        return number
    return names[number - FIRST_ID]


pwd.getpwnam, pwd.getpwuid = by_name, by_number
grp.getgrnam, grp.getgrgid = by_name, by_number
os.getuid = lambda: FIRST_ID
platform.node = lambda: 'corpus-host'
tempfile.tempdir = '/tmp'


class Refused(Exception):
    pass


class Names(dict):
    """FIX: a lone %s does not print all names."""

    def __str__(self):
        raise ValueError('names nothing')

    __repr__ = __str__


Names.__name__ = 'dict'

plain_expand = options.expand
options.expand = lambda text, expansions, name: plain_expand(text, Names(expansions), name)


def expand_here(self, here):
    """FIX: %%(here)s is a literal."""
    for section in self.sections():
        for key, value in self.items(section):
            if '%(here)s' in value:
                new = re.sub(r'%%|%\(here\)s', lambda m: m.group() if m.group() == '%%' else here, value)
                self.set(section, key, new)


options.UnhosedConfigParser.expand_here = expand_here


def bounded_range(start, stop):
    """FIX: more processes of one program than a machine can have are refused."""
    if stop - start > 100000:
        raise ValueError('too many')
    return range(start, stop)


options.range = bounded_range


class Daemon(options.ServerOptions):
    def usage(self, message):
        raise Refused(str(message))

    def import_spec(self, spec):
        return spec


class Control(options.ClientOptions):
    def usage(self, message):
        raise Refused(str(message))

    def import_spec(self, spec):
        return spec


def octal(number):
    return None if number is None else '%03o' % number


def log(target):
    return 'AUTO' if target is datatypes.Automatic else target


def restart(value):
    if value is datatypes.RestartUnconditionally:
        return True
    return 'unexpected' if value is datatypes.RestartWhenExitUnexpected else value


def argv(command):
    try:
        return shlex.split(command)
    except ValueError as error:
        return {'error': str(error)}


def signal_name(number):
    import signal
    try:
        return signal.Signals(number).name
    except ValueError:
        return number


def process_json(group, p):
    out = {key: getattr(p, key) for key in (
        'name', 'command', 'directory', 'priority', 'autostart', 'startsecs', 'startretries', 'stopwaitsecs',
        'stopasgroup', 'killasgroup', 'exitcodes', 'redirect_stderr', 'environment', 'serverurl')}
    for stream in ('stdout', 'stderr'):
        for key in ('logfile_maxbytes', 'logfile_backups', 'capture_maxbytes', 'events_enabled', 'syslog'):
            out['%s_%s' % (stream, key)] = getattr(p, '%s_%s' % (stream, key))
        out['%s_logfile' % stream] = log(getattr(p, '%s_logfile' % stream))
    out.update(umask=octal(p.umask), autorestart=restart(p.autorestart), stopsignal=signal_name(p.stopsignal),
               user=name_of(p.uid), argv=argv(p.command), namespec=options.make_namespec(group, p.name))
    return out


def group_json(g):
    out = {'name': g.name, 'priority': g.priority, 'type': 'group',
           'processes': [process_json(g.name, p) for p in g.process_configs]}
    if isinstance(g, options.EventListenerPoolConfig):
        from supervisor.events import getEventNameByType
        out.update(type='eventlistener', events=sorted(getEventNameByType(e) for e in g.pool_events),
                   buffer_size=g.buffer_size, result_handler=g.result_handler)
    elif isinstance(g, options.FastCGIGroupConfig):
        s = g.socket_config
        owner = getattr(s, 'owner', None)
        out.update(type='fcgi', socket={
            'url': s.url, 'backlog': s.backlog, 'mode': octal(getattr(s, 'mode', None)),
            'owner': None if owner is None else [name_of(i) for i in owner]})
    return out


def server_json(s):
    import socket
    out = {key: s[key] for key in ('section', 'name', 'username', 'password')}
    if s['family'] == socket.AF_INET:
        out.update(family='inet', host=s['host'], port=s['port'])
    else:
        out.update(family='unix', file=s['file'], chmod=octal(s['chmod']), chown=[name_of(i) for i in s['chown']])
    return out


LEVELS = {50: 'critical', 40: 'error', 30: 'warn', 20: 'info', 10: 'debug', 5: 'trace', 3: 'blather'}


def daemon_json(o):
    out = {key: getattr(o, key) for key in (
        'childlogdir', 'directory', 'identifier', 'logfile', 'logfile_backups', 'logfile_maxbytes', 'minfds', 'minprocs',
        'pidfile')}
    for key in ('nocleanup', 'nodaemon', 'silent', 'strip_ansi'):
        out[key] = bool(getattr(o, key))
    user = o.user
    try:
        user = user if user is None else int(user)
    except ValueError:
        pass
    out.update(environment=o.configroot.supervisord.environment, loglevel=LEVELS[o.loglevel], umask=octal(o.umask),
               user=user)
    return out


def ctl_json(file):
    try:
        o = Control()
        o.realize(['-c', file], doc='')
    except (Refused, ValueError, ConfigParser.Error) as error:
        return {'error': str(error)}
    plugins = [{'name': n, 'factory': f, 'settings': s} for n, f, s in o.plugin_factories[1:]]
    return {'serverurl': o.serverurl, 'username': o.username, 'password': o.password, 'prompt': o.prompt,
            'history_file': o.history_file, 'plugins': plugins}


def ask_options(request):
    for entry in os.listdir(stage):
        path = os.path.join(stage, entry)
        shutil.rmtree(path) if real_isdir(path) else os.unlink(path)
    for name, data in request['files'].items():
        write(os.path.join(stage, name), base64.b64decode(data))
    file = os.path.join(stage, 'supervisord.conf')
    os.environ.clear()
    os.environ.update(request['env'])
    os.path.isdir = lambda path: '/no-such-place' not in path
    try:
        o = Daemon()
        o.realize(['-c', file], doc='')
        answer = {
            'supervisord': daemon_json(o),
            'groups': [group_json(g) for g in o.process_group_configs],
            'http_servers': [server_json(s) for s in o.server_configs],
            'rpcinterfaces': [{'name': n, 'factory': f, 'settings': s} for n, f, s in o.rpcinterface_factories],
            'child_serverurl': o.serverurl,
            'supervisorctl': ctl_json(file),
            'messages': {'critical': o.parse_criticals, 'warn': o.parse_warnings, 'info': o.parse_infos},
        }
        return answer
    except (Refused, ValueError) as error:
        return {'error': str(error)}
    except Exception as error:  # what crashes supervisord is refused too
        return {'error': '%s: %s' % (type(error).__name__, error), 'crash': True}
    finally:
        os.path.isdir = real_isdir


def write(file, data):
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(file, 'wb') as f:
        f.write(data)


def ask_ini(request):
    parser = options.UnhosedConfigParser()
    try:
        for index, data in enumerate(request['files']):
            file = os.path.join(stage, 'ini-%d.conf' % index)
            write(file, base64.b64decode(data))
            if index == 0:
                with open(file) as f:
                    parser.read_file(f)
            else:
                parser.read(file)
    except (ConfigParser.Error, ValueError) as error:
        return {'error': str(error)}
    return {'sections': [[s, [[k, parser.get(s, k)] for k in parser.options(s)]] for s in parser.sections()]}


def ask_value(request):
    try:
        if 'environment' in request:
            return {'value': datatypes.dict_of_key_value_pairs(request['environment'])}
        if 'format' in request:
            return {'value': options.expand(request['format'], request['names'], 'l.k')}
        if 'parse' in request:
            return {'value': getattr(datatypes, request['parse'])(request['text'])}
        return {'value': shlex.split(request['command'])}
    except Exception as error:
        return {'error': str(error)}


def answer_fixtures(folder):
    for name in sorted(n for n in os.listdir(folder) if n.endswith('.conf')):
        with open(os.path.join(folder, name), 'rb') as f:
            data = f.read()
        env = {'HOME': '/home/corpus', 'PATH': '/usr/local/bin:/usr/bin:/bin'}
        env.update(re.findall(r'^; env (\w+)=(.*?)\r?$', data.decode('utf-8', 'replace'), re.M))
        mode = 'main' if re.search(rb'^\[supervisord\]', data, re.M) else 'included'
        files = {'supervisord.conf': data}
        if mode == 'included':
            files = {'supervisord.conf': b'[supervisord]\n[include]\nfiles = conf.d/*.conf\n', 'conf.d/app.conf': data}
        encoded = {path: base64.b64encode(text).decode() for path, text in files.items()}
        answer = ask_options({'files': encoded, 'env': env})
        if mode == 'included':
            answer.pop('supervisorctl', None)
        text = json.dumps({'mode': mode, 'env': env, **answer}, indent=1, sort_keys=True)
        with open(os.path.join(folder, name[:-5] + '.json'), 'w') as f:
            f.write(text.replace(stage, '/corpus') + '\n')


kinds = {'ini': ask_ini, 'options': ask_options, 'value': ask_value}


def main():
    folder = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else None
    os.chdir(stage)
    if folder is not None:
        return answer_fixtures(folder)
    for line in sys.stdin:
        request = json.loads(line)
        sys.stdout.write(json.dumps(kinds[request['kind']](request)) + '\n')
        sys.stdout.flush()


main()
