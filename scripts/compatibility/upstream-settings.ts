/** The keys of [upstream:x], a section of ours. */
import type { upstreamOptions } from '../../src/daemon/config/upstream-options.ts';
import { real, unit } from './evidence.ts';
import { added, type Verdict } from './verdict.ts';

const nginx = real('upstreams/nginx');
const haproxy = real('upstreams/haproxy');
const read = unit('config/upstreams');

export const upstreamKeys = {
  programs: added(
    'Whose processes are the servers; in when RUNNING and ready, out before they are told to stop.',
    nginx('one that is stopped under load is out first, and no request fails'),
    haproxy('one that is stopped under load is drained first, and no request fails'),
    nginx('changed upstreams are taken over by update, and nothing is restarted'),
  ),
  driver: added(
    'nginx or haproxy.',
    read('a section for nginx has its programs, its file, its commands in words and its times'),
  ),
  file: added(
    'The file that nginx includes.',
    nginx('its file is there before it starts, with nobody in it who is not ready'),
  ),
  options: added(
    'What stands behind every server.',
    nginx('its file is there before it starts, with nobody in it who is not ready'),
  ),
  test: added(
    'What nginx thinks of the new file.',
    nginx('a file that nginx refuses is taken back, its words are in the log, and what serves goes on serving'),
  ),
  reload: added(
    'How nginx is told.',
    nginx('an nginx that is stopped is told nothing, and knows everything when it is back'),
  ),
  socket: added(
    'haproxy’s runtime socket.',
    haproxy('a haproxy that was killed and restarted gets everything set again, and others are left alone'),
  ),
  backend: added(
    'The backend of haproxy.',
    haproxy('a haproxy that was killed and restarted gets everything set again, and others are left alone'),
  ),
  drain: added(
    'How long connections have to end.',
    nginx('a client that never ends holds a stop up for drain seconds, and no longer'),
  ),
} satisfies Readonly<Record<keyof typeof upstreamOptions, Verdict>>;
