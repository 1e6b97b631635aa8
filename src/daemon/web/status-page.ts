/**
 * The status page: one row for each process, in the order, with the columns, classes and words of Supervisor's page
 * (supervisor/web.py, StatusView). All buttons belong to one form, which carries the token; each says in its
 * `formaction` what it does.
 */
import { namespec } from '../../rpc/names.ts';
import type { StateName } from '../../rpc/states.ts';
import type { ProcessInfo } from '../../rpc/structs.ts';
import { type Html, html, quote } from './escape.ts';
import { layout, noticePage } from './layout.ts';
import type { PageDaemon, PoolTrouble } from './model.ts';

type StatusClass = 'statusrunning' | 'statuserror' | 'statusnominal';

const classes: Readonly<Record<StateName, StatusClass>> = {
  STOPPED: 'statusnominal',
  STARTING: 'statusnominal',
  RUNNING: 'statusrunning',
  BACKOFF: 'statuserror',
  STOPPING: 'statusnominal',
  EXITED: 'statusnominal',
  FATAL: 'statuserror',
  UNKNOWN: 'statusnominal',
};

/** What can be done in each state. Supervisor has no Stop for what is just being started, though it could. */
const buttons: Readonly<Record<StateName, readonly (readonly [label: string, action: string])[]>> = {
  STOPPED: [['Start', 'start']],
  STARTING: [['Stop', 'stop']],
  RUNNING: [
    ['Restart', 'restart'],
    ['Stop', 'stop'],
  ],
  BACKOFF: [['Stop', 'stop']],
  STOPPING: [],
  EXITED: [['Start', 'start']],
  FATAL: [['Start', 'start']],
  UNKNOWN: [],
};

/** `message`: what became of the last action; empty if there was none. */
export function statusPage(daemon: PageDaemon, message: string): string {
  const processes = daemon.processes();
  if (processes === undefined) return noticePage(daemon, 'Supervisor Status', [goingDown, message]);
  const content = html`${message !== '' && html`<div id="statusmessage" class="status_msg" role="status">${message}</div>\n`}
<form id="form" action="index.html" method="post">
<input type="hidden" name="token" value="${daemon.token}" />
<ul id="buttons">
<li><a class="button" href="index.html?action=refresh">Refresh</a></li>
<li><button type="submit" formaction="index.html?action=restartall">Restart All</button></li>
<li><button type="submit" formaction="index.html?action=stopall">Stop All</button></li>
</ul>
${processes.length === 0 ? html`<p>No programs to manage</p>` : table(processes)}
</form>${daemon.troubledPools().map(trouble)}`;
  return layout(daemon, 'Supervisor Status', content);
}

const goingDown = 'The daemon is shutting down or restarting';

function table(processes: readonly ProcessInfo[]): Html {
  return html`<p id="summary">${summary(processes)}</p>
<table id="statustable">
<thead>
<tr><th class="state">State</th><th class="desc">Description</th><th class="name">Name</th><th class="action">Action</th></tr>
</thead>
<tbody>
${processes.map(row)}</tbody>
</table>`;
}

/** `3 running, 1 fatal`: the states in the order of their first processes would jump about, so by their names. */
function summary(processes: readonly ProcessInfo[]): Html {
  const counts = new Map<StateName, number>();
  for (const { statename } of processes) counts.set(statename, (counts.get(statename) ?? 0) + 1);
  const known = (Object.keys(classes) as StateName[]).filter((state) => counts.has(state)).sort();
  return html`${known.map((state, at) => html`${at > 0 && ', '}${counts.get(state)} ${state.toLowerCase()}`)}`;
}

/** News that nobody got is what the processes' states do not show. */
function trouble({ name, dropped, unknown }: PoolTrouble): Html {
  const lost = `${dropped} ${dropped === 1 ? 'event' : 'events'} lost because too many waited`;
  const broken = unknown.map((one) => `${one} broke the protocol and gets no events until it is restarted`);
  const sentences = [...(dropped > 0 ? [lost] : []), ...broken];
  return html`\n<p class="pool_msg">Event listeners of pool <bdi>${name}</bdi>: ${sentences.join('; ')}</p>`;
}

function row({ group, name, statename, description }: ProcessInfo): Html {
  const shown = namespec(group, name);
  const quoted = quote(shown);
  const button = ([label, action]: readonly [string, string]): Html =>
    html`<li><button type="submit" formaction="index.html?processname=${quoted}&amp;action=${action}">${label}</button></li>`;
  return html`<tr>
<td class="status"><span class="${classes[statename]}">${statename.toLowerCase()}</span></td>
<td class="desc"><span>${description}</span></td>
<td class="name"><a href="tail.html?processname=${quoted}"><bdi>${shown}</bdi></a></td>
<td class="action"><ul>
${buttons[statename].map(button)}${button(['Clear Log', 'clearlog'])}
<li><a href="logtail/${quoted}" target="_blank" rel="noopener">Tail -f Stdout</a></li>
<li><a href="logtail/${quoted}/stderr" target="_blank" rel="noopener">Tail -f Stderr</a></li>
</ul></td>
</tr>
`;
}
