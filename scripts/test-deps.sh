#!/bin/bash
# Installs the Debian packages that the tests and the build of the arm64 addon use: the supervisor to compare with,
# the servers of etc/nginx-gunicorn.conf and etc/nginx-php.conf, fcgiwrap, the servers that probes ask, systemd-analyze,
# tmux, the shells that complete, a browser. Run it as root, or as a user who may sudo. Quick where all of them are
# there. (test/support/skips.ts names what each test needs.)
set -euo pipefail

packages=(
  gcc libc6-dev gcc-aarch64-linux-gnu libc6-dev-arm64-cross
  python3 supervisor
  nginx haproxy gunicorn python3-flask
  php-cgi php-fpm fcgiwrap libfcgi-bin
  redis-server memcached uwsgi uwsgi-plugin-python3
  systemd tmux zsh fish chromium wrk
  curl librpc-xml-perl ruby-xmlrpc php-cli php-xmlrpc ansible logrotate
)

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $state == installed ]] || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then
  echo "All Debian packages for the tests are installed"
  exit 0
fi

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || { echo "Cannot install ${missing[*]}: run this as root" >&2; exit 1; }
  as_root=(sudo)
fi

# The packages start their own services at once, which the tests do not want: policy-rc.d says no while we install.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
fi

echo "Installing ${missing[*]}"
"${as_root[@]}" apt-get update --quiet=2
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install --yes --quiet=2 --no-install-recommends "${missing[@]}" </dev/null
