import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestDaemon } from '../../support/daemon.ts';

/** An event as a listener was sent it. */
export interface SentEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string;
}

/** Listeners written with the library that Supervisor has for them, and one without any. */
const sources = {
  /** Writes each event as a line of JSON to the file named by its argument, and says OK. */
  recorder: `
import json, sys
from supervisor import childutils
out = open(sys.argv[1], 'a')
while True:
    headers, payload = childutils.listener.wait()
    out.write(json.dumps({'headers': headers, 'payload': payload}) + '\\n')
    out.flush()
    childutils.listener.ok()
`,
  /** As `recorder`, but takes its time. */
  slow: `
import json, sys, time
from supervisor import childutils
out = open(sys.argv[1], 'a')
while True:
    headers, payload = childutils.listener.wait()
    out.write(json.dumps({'headers': headers, 'payload': payload}) + '\\n')
    out.flush()
    time.sleep(0.1)
    childutils.listener.ok()
`,
  /** Answers each event with its payload: what the package supervisor-stdout does. */
  echoer: `
from supervisor import childutils
while True:
    headers, payload = childutils.listener.wait()
    childutils.listener.send(payload)
`,
  /** Answers FAIL to the first n events, then OK; records all of them. */
  rejecter: `
import json, sys
from supervisor import childutils
out = open(sys.argv[1], 'a')
left = int(sys.argv[2])
while True:
    headers, payload = childutils.listener.wait()
    out.write(json.dumps({'headers': headers, 'payload': payload}) + '\\n')
    out.flush()
    if left > 0:
        left -= 1
        childutils.listener.fail()
    else:
        childutils.listener.ok()
`,
  /** Dies with the first event in hand unless the file of its second argument is there. */
  mortal: `
import json, os, sys
from supervisor import childutils
out = open(sys.argv[1], 'a')
while True:
    headers, payload = childutils.listener.wait()
    out.write(json.dumps({'headers': headers, 'payload': payload}) + '\\n')
    out.flush()
    if not os.path.exists(sys.argv[2]):
        open(sys.argv[2], 'w').close()
        sys.exit(3)
    childutils.listener.ok()
`,
  /** Answers each event by a call to the daemon, found by its environment. */
  caller: `
import os, sys
from supervisor import childutils
rpc = childutils.getRPCInterface(os.environ)
out = open(sys.argv[1], 'a')
while True:
    headers, payload = childutils.listener.wait()
    info = childutils.get_headers(payload.split('\\n')[0])
    state = rpc.supervisor.getProcessInfo(info['groupname'] + ':' + info['processname'])['statename']
    out.write(headers['eventname'] + ' ' + state + '\\n')
    out.flush()
    childutils.listener.ok()
`,
  /** Marks what it says as a communication, in a program that is no listener (childutils.pcomm fails under Python 3). */
  talker: `
import sys, time
from supervisor.events import ProcessCommunicationEvent as event
def send(stream, text):
    stream.buffer.write(event.BEGIN_TOKEN + text.encode() + event.END_TOKEN)
    stream.buffer.flush()
send(sys.stdout, 'said on stdout \\u00e9 \\U0001f600')
send(sys.stderr, 'said on stderr')
sys.stdout.buffer.write(b'a plain line of more than a token\\n')
sys.stdout.buffer.flush()
time.sleep(600)
`,
};

export type Fixture = keyof typeof sources;

export function newDir(): string {
  return mkdtempSync(join(tmpdir(), 'tssupervisor-events-'));
}

/** An `[eventlistener:NAME]` that counts as RUNNING at once; settings are `key=value`. */
export function pool(name: string, command: string, events: string, ...settings: readonly string[]): string {
  const lines = [`[eventlistener:${name}]`, `command=${command}`, `events=${events}`, 'startsecs=0', ...settings];
  return [...lines, '', ''].join('\n');
}

/** The command of a listener; it is written into \`dir\`. */
export function listener(dir: string, name: Fixture, ...args: readonly string[]): string {
  const path = join(dir, `${name}.py`);
  writeFileSync(path, sources[name]);
  return ['/usr/bin/python3', '-u', path, ...args].join(' ');
}

export function eventsIn(path: string): SentEvent[] {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SentEvent);
}

/** \`TICK_5 when:N\`, with what differs between two runs masked. */
export function wordsOf({ headers, payload }: SentEvent): string {
  const words = payload.replaceAll(/\bpid:[1-9]\d*/g, 'pid:N').replaceAll(/\bwhen:\d+/g, 'when:N');
  return `${headers['eventname']} ${JSON.stringify(words)}`;
}

export function untilEvents(
  daemon: TestDaemon,
  path: string,
  what: string,
  test: (events: readonly SentEvent[]) => boolean,
): Promise<SentEvent[]> {
  return daemon.until(what, () => {
    const events = eventsIn(path);
    return test(events) && events;
  });
}
