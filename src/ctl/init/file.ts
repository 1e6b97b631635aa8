import type { ProgramPlan } from './plan.ts';

/** What the daemon listens at, in the folder. */
export const SOCKET = 'supervisor.sock';

/** The whole file: what every one needs, the programs, and what nginx in front of them would take, as comments. */
export function fileFor(plans: readonly ProgramPlan[]): string {
  const programs = plans.map(({ name, kind, found, lines }) =>
    [`; ${found}`, `[${kind}:${name}]`, ...lines.map((line) => line.replaceAll('NAME=3', `${name}=3`)), ''].join('\n'),
  );
  const upstreams = plans.flatMap((plan) => (plan.pass === undefined ? [] : [upstream(plan.name, plan.pass)]));
  return [head, ...programs, ...upstreams].join('\n');
}

const head = `; Written by "tssupervisorctl init". Every key is explained in docs/config.md; %(here)s is the folder of this file.
;
;   tssupervisord -c supervisord.conf            start it (-n: in the foreground)
;   tssupervisorctl -c supervisord.conf status   look at it
;   tssupervisorctl -c supervisord.conf update   after changes of this file
;   tssupervisorctl -c supervisord.conf doctor   what may be wrong with it

[unix_http_server]
; The socket for tssupervisorctl, for this user alone. (Its path may have 107 bytes at most.)
file=%(here)s/${SOCKET}
chmod=0700

[supervisord]
logfile=%(here)s/supervisord.log
pidfile=%(here)s/supervisord.pid
; When root runs this file, give each program below a user=

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[supervisorctl]
serverurl=unix://%(here)s/${SOCKET}
`;

function upstream(name: string, pass: string): string {
  return `; nginx in front: "include" the file below in its http { }, write "${pass}${name};" into a location, and
; take the semicolons away here. A process is in while it is ready, and drained before it is stopped.
;[upstream:${name}]
;programs=${name}
;driver=nginx
;file=%(here)s/${name}.upstream.conf
;test=nginx -t
;reload=command: nginx -s reload
;drain=5
`;
}
