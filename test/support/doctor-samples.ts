/** For each rule of the doctor configurations that it must warn of, and some like them that it must not. */
import type { Files } from './config-files.ts';

/** A text is the main file without `[supervisord]`, or a whole one; further files lie in /etc/app. */
export type Sample = string | Files;

export interface Samples {
  readonly bad: readonly Sample[];
  readonly good: readonly Sample[];
}

const program = (...lines: string[]): string => ['[program:x]', ...lines].join('\n');
const command = (text: string, ...lines: string[]): string => program(`command=${text}`, ...lines);
const goes = (bad: string[], good: string[]): Samples => ({
  bad: bad.map((text) => command(text)),
  good: good.map((text) => command(text)),
});

export const samples: Readonly<Record<string, Samples>> = {
  'uwsgi-term': {
    bad: [
      command('uwsgi --master --socket :3031 --module app'),
      {
        'main.conf': command('/usr/bin/uwsgi --ini /etc/app/u.ini'),
        'u.ini': '[uwsgi]\nmaster = true\nmodule = app\n',
      },
      { 'main.conf': command('uwsgi -M u.ini', 'directory=/etc/app'), 'u.ini': '[uwsgi]\ndie-on-term = false\n' },
    ],
    good: [
      command('uwsgi --master --socket :3031 --module app', 'stopsignal=INT'),
      command('uwsgi --master --die-on-term --socket :3031'),
      command('uwsgi --master --hook-master-start "unix_signal:15 gracefully_kill_them_all" --socket :3031'),
      command('uwsgi --master --socket :3031', 'environment=UWSGI_DIE_ON_TERM="1"'),
      command('uwsgi --master --ini /etc/app/cannot-be-read.ini'),
      command('uwsgi --socket :3031'),
      { 'main.conf': command('uwsgi --ini /etc/app/u.ini'), 'u.ini': '[uwsgi]\nmaster = true\ndie-on-term = true\n' },
      { 'main.conf': command('uwsgi --ini /etc/app/u.ini'), 'u.ini': '[uwsgi]\nmaster = true\nini = other.ini\n' },
    ],
  },
  'uwsgi-daemonize': goes(
    ['uwsgi --master --die-on-term --daemonize /var/log/u.log', 'uwsgi -M -d /x.log'],
    ['uwsgi --master --die-on-term --socket :1'],
  ),
  'gunicorn-daemon': {
    bad: [
      command('gunicorn -D app:app'),
      command('python3 -m gunicorn --daemon app:app'),
      command('gunicorn app:app', 'environment=GUNICORN_CMD_ARGS="--daemon"'),
      { 'main.conf': command('gunicorn -c /etc/app/g.py app'), 'g.py': 'daemon = True\n' },
    ],
    good: [
      command('gunicorn app:app'),
      { 'main.conf': command('gunicorn -c /etc/app/g.py app'), 'g.py': 'daemon = False\n' },
      command('/usr/bin/foo -D'),
    ],
  },
  'gunicorn-grace': {
    bad: [
      command('gunicorn app:app'),
      command('/venv/bin/gunicorn --graceful-timeout=120 app', 'stopwaitsecs=60'),
      {
        'main.conf': command('gunicorn -c /etc/app/g.py app', 'stopwaitsecs=40'),
        'g.py': 'graceful_timeout = 90 # s\n',
      },
    ],
    good: [
      command('gunicorn app:app', 'stopwaitsecs=30'),
      command('gunicorn --graceful-timeout 5 app:app'),
      command('gunicorn app:app', 'stopsignal=QUIT'),
      command('gunicorn -c /etc/app/cannot-be-read.py app:app'),
      { 'main.conf': command('gunicorn -c /etc/app/g.py app'), 'g.py': 'graceful_timeout = 2 * 20\n' },
    ],
  },
  'gunicorn-reload': goes(['gunicorn --reload app'], ['gunicorn --reload-engine poll app']),
  'nginx-daemon': {
    bad: [
      { 'main.conf': command('nginx -c /etc/app/n.conf'), 'n.conf': 'events {}\n# daemon off;\n' },
      command('nginx -g "daemon on;"'),
    ],
    good: [
      command('nginx -g "daemon off;"'),
      command("nginx -g 'pid /run/x.pid; daemon off;'"),
      command('nginx'),
      command('nginx -t'),
      { 'main.conf': command('nginx -c /etc/app/n.conf'), 'n.conf': 'daemon   off;\nevents {}\n' },
      { 'main.conf': command('nginx -c /etc/app/n.conf'), 'n.conf': 'include d/*.conf;\n', 'd/a.conf': 'daemon off;' },
    ],
  },
  'nginx-quotes': goes(['nginx -g daemon off'], ['nginx -g "daemon off;"']),
  'apache-foreground': goes(
    ['apachectl start', 'httpd -k start', '/usr/sbin/apache2', 'apache2ctl start'],
    [
      'apache2 -DFOREGROUND',
      'apachectl -D FOREGROUND',
      'httpd -X',
      'httpd -f -p 80',
      'apache2 -t',
      'apache2ctl -k start -DFOREGROUND',
    ],
  ),
  'php-fpm-foreground': {
    bad: [
      command('php-fpm8.2 --daemonize'),
      { 'main.conf': command('php-fpm -y /etc/app/fpm.conf'), 'fpm.conf': '[global]\n;daemonize = no\n' },
    ],
    good: [
      command('php-fpm8.2 -F'),
      command('php-fpm --nodaemonize'),
      command('php-fpm'),
      { 'main.conf': command('php-fpm -y /etc/app/fpm.conf'), 'fpm.conf': '[global]\ndaemonize = no\n' },
      { 'main.conf': command('php-fpm -y /etc/app/fpm.conf'), 'fpm.conf': '[global]\ninclude=/x/*.conf\n' },
    ],
  },
  'django-runserver': goes(
    ['python manage.py runserver 0.0.0.0:8000', 'python3 -u /srv/manage.py runserver', 'django-admin runserver'],
    ['python manage.py migrate', 'python manage.py runworker'],
  ),
  'flask-run': goes(['flask run -p 80', 'python3 -m flask --app x run'], ['flask db upgrade']),
  'php-server': goes(
    ['php -S 0.0.0.0:80', 'php /srv/artisan serve'],
    ['php /srv/artisan horizon:work', 'php -r "x();"'],
  ),
  'uvicorn-reload': goes(['uvicorn a:b --reload'], ['uvicorn a:b --reload-dir x']),
  'celery-grace': {
    bad: [command('celery -A proj worker'), command('/v/bin/python manage.py celery worker -c 4')],
    good: [
      command('celery -A proj worker', 'stopwaitsecs=600'),
      command('celery -A proj worker', 'stopwaitsecs=10'),
      command('celery -A proj beat'),
      command('celery -A proj worker', 'stopsignal=QUIT'),
    ],
  },
  'laravel-grace': {
    bad: [command('php /srv/artisan queue:work'), command('php artisan queue:work --timeout=90', 'stopwaitsecs=60')],
    good: [
      command('php artisan queue:work', 'stopwaitsecs=3600'),
      command('php artisan queue:work --timeout=5'),
      command('php artisan queue:work --timeout=0'),
      command('php artisan queue:listen'),
    ],
  },
  'horizon-grace': {
    bad: [command('php /srv/artisan horizon')],
    good: [command('php /srv/artisan horizon', 'stopwaitsecs=3600')],
  },
  'rq-grace': {
    bad: [command('rq worker -u redis://r:6379')],
    good: [command('rq worker', 'stopwaitsecs=60'), command('rq info')],
  },
  'sidekiq-grace': {
    bad: [command('bundle exec sidekiq -q a'), command('sidekiq -t 60', 'stopwaitsecs=30')],
    good: [command('sidekiq -t 8'), command('sidekiq', 'stopwaitsecs=30'), command('sidekiq -C config/sidekiq.yml')],
  },
  'uvicorn-grace': {
    bad: [command('uvicorn a:b --timeout-graceful-shutdown 30')],
    good: [command('uvicorn a:b'), command('uvicorn a:b --timeout-graceful-shutdown 5')],
  },
  'postgres-term': {
    bad: [command('/usr/lib/postgresql/15/bin/postgres -D /data'), command('postmaster -D /data')],
    good: [command('postgres -D /data', 'stopsignal=INT'), command('postgres --version')],
  },
  'mysqld-safe': {
    bad: [command('mysqld_safe')],
    good: [
      command('mysqld --user=mysql'),
      command('pidproxy /run/m.pid mysqld_safe'),
      command('mysqld_safe', 'stopasgroup=true'),
    ],
  },
  'shell-operator': goes(
    ['make_db && run_it', '/usr/bin/foo > /var/log/foo', 'foo 2>&1', 'foo >/var/log/foo', 'foo | tee x', 'foo &'],
    [
      'bash -c "a && exec b"',
      "/usr/bin/grep '>' file",
      'foo a&b',
      'foo -->',
      'find / -name x | y',
      'foo http://x/?a=1&b=2',
    ],
  ),
  'shell-variable': goes(
    ['foo --dir=$HOME/x', `foo ${'$'}{APP_PORT}`, '$JAVA_HOME/bin/java -jar x'],
    ['bash -c "exec foo $HOME"', "foo '$HOME'", 'foo $1', 'foo a$b', 'envsubst $HOME', 'foo %(ENV_HOME)s'],
  ),
  'shell-builtin': goes(
    ['cd /srv', 'exec foo', 'PORT=80 foo', 'ulimit -n 5', 'source x'],
    ['bash -c "cd /srv && exec foo"', '/srv/cd', 'env PORT=80 foo'],
  ),
  'shell-loop': {
    bad: [command('bash -c "while true; do foo; done"'), command('sh -c "cd /x && for i in 1 2; do y; done"')],
    good: [
      command('bash -c "while true; do foo; done"', 'stopasgroup=true'),
      command('bash -c "exec foo --while x"'),
      command('bash /srv/loop.sh'),
    ],
  },
  'node-scripts': {
    bad: [
      command('npm start'),
      command('npm --prefix /srv run serve'),
      command('yarn start'),
      command('npx next start'),
    ],
    good: [command('node server.js'), command('npm start', 'stopasgroup=true'), command('npm install')],
  },
  'startsecs-zero': {
    bad: [command('foo', 'startsecs=0', 'autorestart=true'), command('foo', 'startsecs=0', 'startretries=5')],
    good: [
      command('foo', 'startsecs=0', 'autorestart=false'),
      command('foo', 'startsecs=0'),
      command('foo', 'autorestart=true'),
      '[eventlistener:l]\ncommand=foo\nevents=TICK_5\nstartsecs=0\nautorestart=true',
    ],
  },
  'runs-once': {
    bad: [
      command('date'),
      command('/bin/mkdir /x'),
      command('python manage.py migrate'),
      command('chown a /b', 'autorestart=true'),
    ],
    good: [
      command('date', 'startsecs=0', 'autorestart=false'),
      command('cat'),
      command('/opt/app/sync'),
      command('python manage.py qcluster'),
      command('cat /dev/urandom-x', 'startsecs=0'),
    ],
  },
  'relative-command': {
    bad: [command('./run.sh', 'directory=/srv'), command('bin/web', 'directory=/srv')],
    good: [
      command('/srv/run.sh', 'directory=/srv'),
      command('run.sh', 'directory=/srv'),
      command('./run.sh'),
      command('./run.sh', 'directory=/etc/app'),
      `[supervisord]\ndirectory=/srv\n${command('./run.sh', 'directory=/srv')}`,
      { 'main.conf': command('./run.sh', 'directory=/srv'), 'run.sh': '' },
    ],
  },
  'directory-missing': {
    bad: [command('foo', 'directory=/no-such-place')],
    good: [command('foo', 'directory=/srv'), command('foo')],
  },
  'one-port-for-all': {
    bad: [
      command('gunicorn -b :8000 app', 'numprocs=2', 'process_name=%(process_num)d', 'stopwaitsecs=60'),
      command('uvicorn --port 80 a:b', 'numprocs=2', 'process_name=%(process_num)d'),
    ],
    good: [
      command('uvicorn --port 80%(process_num)02d a:b', 'numprocs=2', 'process_name=%(process_num)d'),
      command('uvicorn --port %(port)d a:b', 'port=8000', 'numprocs=2', 'process_name=%(process_num)d'),
      command('uvicorn --port 80 a:b'),
      command('gunicorn --reuse-port -b :80 a', 'numprocs=2', 'process_name=%(process_num)d', 'stopwaitsecs=60'),
      command('psql --port 5432', 'numprocs=2', 'process_name=%(process_num)d'),
    ],
  },
  descriptors: {
    bad: [command('foo', 'numprocs=300', 'process_name=%(process_num)d')],
    good: [`[supervisord]\nminfds=2000\n${command('foo', 'numprocs=300', 'process_name=%(process_num)d')}`],
  },
  'command-quotes': goes(
    ['bash -c "a ; b"', 'sh -c "echo #', "foo 'x", 'foo "a # b"'],
    ['bash -c "a; b"', 'foo "x"', 'foo "it\'s"'],
  ),
  'command-empty': goes(['', ' ; todo'], ['foo']),
  'environment-cut': {
    bad: [
      command('foo', 'environment=URL=http://x:80/?q=1&b=2'),
      command('foo', 'environment=A=a b'),
      command('foo', 'environment=A=$HOME'),
      `[supervisord]\nenvironment=A=x&B=1\n${command('foo')}`,
    ],
    good: [
      command('foo', 'environment=URL="http://x/?q=1&b=2",B=\'a b\''),
      command('foo', 'environment=A=1;B=2'),
      command('foo', 'environment=A=%(ENV_HOME)s,N=%(process_num)02d'),
      command('foo', 'environment=A=1,', '  B=2,'),
    ],
  },
  'environment-variable': {
    bad: [
      command('foo', 'environment=PATH="/x:$PATH"'),
      command('foo', `environment=A="${'$'}{HOME}/x"`),
      command('foo', 'environment=OWN="x:$OWN"'),
    ],
    good: [command('foo', 'environment=PATH="/x:%(ENV_HOME)s"'), command('foo', 'environment=PW="a$PATHX$b"')],
  },
  'key-twice': {
    bad: [command('foo', 'startsecs=1', 'startsecs=2'), `${command('foo')}\n${command('bar')}`],
    good: [
      command('foo', 'startsecs=1', 'startsecs=1'),
      command('foo', 'nonsense=1', 'nonsense=2'),
      { 'main.conf': `[supervisord]\n[include]\nfiles=d/*\n${command('foo')}`, 'd/a': command('bar') },
    ],
  },
  'socket-open': {
    bad: ['[unix_http_server]\nfile=/run/s.sock\nchmod=0777', '[unix_http_server]\nfile=/run/s.sock\nchmod=0666'],
    good: [
      '[unix_http_server]\nfile=/run/s.sock\nchmod=0770',
      '[unix_http_server]\nfile=/run/s.sock\nchmod=0777\nusername=a\npassword=b',
    ],
  },
  'port-open': {
    bad: ['[inet_http_server]\nport=*:9001', '[inet_http_server]\nport=10.0.0.1:9001'],
    good: [
      '[inet_http_server]\nport=127.0.0.1:9001',
      '[inet_http_server]\nport=*:9001\nusername=a\npassword=b',
      '[inet_http_server]\nport=*:9001\nallow_unauthenticated=true',
    ],
  },
  'secret-in-command': {
    bad: [`[supervisord]\nenvironment=DB_PASSWORD="x",API_KEY="y"\n${command('foo -p %(ENV_DB_PASSWORD)s')}`],
    good: [
      `[supervisord]\nenvironment=DB_PASSWORD_FILE="x",TOKENIZER="y"\n${command('foo %(ENV_DB_PASSWORD_FILE)s %(ENV_TOKENIZER)s')}`,
      `[supervisord]\nenvironment=DB_HOST="x"\n${command('foo -h %(ENV_DB_HOST)s')}`,
    ],
  },
  'celery-root': {
    bad: [command('celery -A x worker', 'stopwaitsecs=600', 'user=0')],
    good: [command('celery -A x worker', 'stopwaitsecs=600'), command('celery -A x worker --uid web', 'user=0')],
  },
  'sshd-foreground': goes(['/usr/sbin/sshd', 'sshd -E /var/log/x'], ['/usr/sbin/sshd -D', 'sshd -De']),
  'cron-foreground': goes(['cron', 'cron -L 15'], ['cron -f', 'cron -f -l']),
  'crond-foreground': goes(['crond', 'crond -s'], ['crond -n', 'crond -f -d 8']),
  'rsyslogd-foreground': goes(['rsyslogd'], ['rsyslogd -n']),
  'syslog-ng-foreground': goes(['syslog-ng --no-caps'], ['syslog-ng --foreground', 'syslog-ng -F']),
  'dovecot-foreground': goes(['dovecot', 'dovecot -c /x'], ['dovecot -F']),
  'samba-foreground': goes(['smbd -D', 'nmbd'], ['smbd -F -S', 'nmbd --foreground', 'smbd -FS']),
  'sssd-daemon': goes(['sssd -D -f'], ['sssd -i', 'sssd']),
  'memcached-daemon': goes(['memcached -d -u nobody'], ['memcached -u nobody', 'memcached -m 64']),
  'mongod-fork': goes(['mongod --fork --logpath /x'], ['mongod --dbpath /x']),
  'redis-daemonize': {
    bad: [
      command('redis-server --daemonize yes'),
      { 'main.conf': command('redis-server /etc/app/r.conf'), 'r.conf': '# daemonize no\ndaemonize yes\n' },
    ],
    good: [
      command('redis-server'),
      command('redis-server /etc/app/cannot-be-read.conf'),
      { 'main.conf': command('redis-server /etc/app/r.conf --daemonize no'), 'r.conf': 'daemonize yes\n' },
      { 'main.conf': command('redis-server /etc/app/r.conf'), 'r.conf': 'daemonize no\n' },
    ],
  },
  'haproxy-daemon': {
    bad: [
      command('haproxy -D -f /x'),
      { 'main.conf': command('haproxy -f /etc/app/h.cfg'), 'h.cfg': 'global\n  daemon\n' },
    ],
    good: [
      command('haproxy -f /x'),
      { 'main.conf': command('haproxy -db -f /etc/app/h.cfg'), 'h.cfg': 'global\n  daemon\n' },
      { 'main.conf': command('haproxy -f /etc/app/h.cfg'), 'h.cfg': 'global\n  # daemon\n' },
    ],
  },
  'lighttpd-foreground': goes(['lighttpd -f /x'], ['lighttpd -D -f /x']),
  'varnishd-foreground': goes(['varnishd -a :80'], ['varnishd -F -a :80']),
  'postfix-foreground': goes(['postfix start', 'postfix -c /x start'], ['postfix start-fg']),
  'pg-ctl': goes(
    ['pg_ctl -D /x start', 'pg_ctlcluster 15 main start'],
    ['pg_ctlcluster --foreground 15 main start', 'pg_ctl status'],
  ),
  'named-foreground': goes(['named -u bind'], ['named -f -u bind', 'named -g']),
  'dnsmasq-foreground': {
    bad: [
      command('dnsmasq'),
      { 'main.conf': command('dnsmasq -C /etc/app/d.conf'), 'd.conf': '#keep-in-foreground\n' },
    ],
    good: [
      command('dnsmasq -k'),
      command('dnsmasq --keep-in-foreground'),
      command('dnsmasq --no-daemon'),
      command('dnsmasq -C /cannot/be/read'),
      { 'main.conf': command('dnsmasq -C /etc/app/d.conf'), 'd.conf': 'keep-in-foreground\n' },
    ],
  },
  'squid-foreground': goes(['squid -f /x'], ['squid -N', 'squid --foreground']),
  'openvpn-daemon': goes(['openvpn --config x --daemon'], ['openvpn --config x']),
  'mysqld-daemonize': goes(['mysqld --daemonize'], ['mysqld']),
  'twistd-foreground': goes(
    ['twistd web', 'python -m twistd -y x.tac'],
    ['twistd -n web', 'twistd -ny x.tac', 'twistd --nodaemon web'],
  ),
  'celery-detach': goes(['celery multi start w1', 'celery -A x beat --detach'], ['celery -A x beat']),
  'pm2-daemon': goes(['pm2 start app.js'], ['pm2-runtime start app.js', 'pm2 start app.js --no-daemon', 'pm2 logs']),
  'docker-detach': goes(
    ['docker run -d nginx', 'docker start web'],
    ['docker run --rm nginx', 'docker start -a web', 'docker run --rm app -d', 'docker logs -f x'],
  ),
  'service-command': goes(
    ['service nginx start', '/bin/systemctl start nginx'],
    ['service nginx status', '/opt/app/service start'],
  ),
  'for-supervisor-name': {
    bad: [command('foo %(port)d', 'port=80'), command('foo', 'port=80', 'environment=A="%(bind)s"')],
    good: [command('foo %%(port)d'), command('foo %(process_num)d')],
  },
  'for-supervisor-key': {
    bad: [
      command('foo', 'port=80'),
      command('foo', 'port_metrics=81'),
      '[inet_http_server]\nport=*:9001\nallow_unauthenticated=true',
    ],
    good: [command('foo', 'startsecs=2'), command('foo', 'nonsense=1'), '[inet_http_server]\nport=*:9001'],
  },
  'for-supervisor-section': {
    bad: [`[program-default]\nport=80\nenvironment=A="%(bind)s"\n${command('foo')}`],
    good: [`[nonsense]\nport=80\n${command('foo')}`],
  },
  'for-supervisor-retries': {
    bad: [command('foo', 'startretries=-1')],
    good: [command('foo', 'startretries=0')],
  },
  'for-supervisor-device': {
    bad: [command('foo', 'stdout_logfile=/dev/stdout'), command('foo', 'stderr_logfile=/proc/self/fd/2')],
    good: [
      command('foo', 'stdout_logfile=/dev/stdout', 'stdout_logfile_maxbytes=0'),
      command('foo', 'stdout_logfile=/var/log/x'),
      command('foo', 'stdout_logfile=/dev/null'),
    ],
  },
  'for-supervisor-shared-log': {
    bad: [
      command('foo', 'stdout_logfile=/var/log/x', 'stderr_logfile=/var/log/x'),
      command('foo', 'stdout_logfile=/var/log/x', 'numprocs=2', 'process_name=%(process_num)d'),
    ],
    good: [
      command('foo', 'stdout_logfile=/var/log/x', 'redirect_stderr=true'),
      command('foo', 'stdout_logfile=/var/log/%(process_num)d', 'numprocs=2', 'process_name=%(process_num)d'),
      command('foo', 'stdout_logfile=/x', 'stdout_logfile_maxbytes=0', 'numprocs=2', 'process_name=%(process_num)d'),
    ],
  },
};
