/** Programs, groups, event listeners and FastCGI programs become the groups that Supervisor shows. */

import { closest } from '../../config/closest.ts';
import { compareText } from '../../config/python-text.ts';
import { eventNames, isEventName } from '../../rpc/events.ts';
import { groupOptions } from './daemon-options.ts';
import { readSocket, tryReadSocket } from './fcgi-socket.ts';
import type { GroupConfig } from './model.ts';
import { eventlistenerOptions, fcgiOptions, programOptions } from './program-options.ts';
import { nameOf, processesOf } from './programs.ts';
import { type Reading, SectionReader } from './reading.ts';

/** All groups, sorted by (priority, name). The kinds are read in Supervisor's order: it decides which problem is first. */
export function readGroups(reading: Reading, warnings: string[]): GroupConfig[] {
  const sections = reading.ini.sections();
  const inGroups = new Set<string>();
  const ofKind = (kind: string) => sections.filter((section) => section.startsWith(`${kind}:`));
  const groups = ofKind('group').map((section) => readGroup(reading, section, inGroups, warnings));
  for (const section of ofKind('program')) {
    if (!inGroups.has(section)) groups.push(readProgram(reading, section, warnings));
  }
  for (const section of ofKind('eventlistener')) groups.push(readListener(reading, section, warnings));
  for (const section of ofKind('fcgi-program')) {
    if (!inGroups.has(section)) groups.push(readFcgi(reading, section, warnings));
  }
  return groups.sort((a, b) => a.priority - b.priority || compareText(a.name, b.name));
}

function afterColon(section: string): string {
  return section.slice(section.indexOf(':') + 1);
}

function readGroup(reading: Reading, section: string, inGroups: Set<string>, warnings: string[]): GroupConfig {
  const reader = new SectionReader(reading, groupOptions, section);
  const scope = reading.scope({ here: reading.here });
  const written = afterColon(section);
  const name = nameOf(reader, undefined, written) ?? written;
  const programs = reader.read('programs', scope);
  const priority = reader.read('priority', scope);
  // Supervisor's message names the section it looked at last: from the second program on, that of a program.
  let named = section;
  const processes = programs.flatMap((program) => {
    const plain = `program:${program}`;
    const fcgi = `fcgi-program:${program}`;
    const isPlain = reading.ini.has(plain);
    if (!isPlain && !reading.ini.has(fcgi)) {
      const known = reading.ini.sections().filter((other) => /^(fcgi-)?program:/.test(other));
      const hint = closest(program, known.map(afterColon));
      reader.problem('programs', `[${named}] names unknown program or fcgi-program ${program}`, {
        expected: 'the name of a program or fcgi-program section',
        got: program,
        ...(hint === undefined ? {} : { hint }),
      });
      return [];
    }
    if (isPlain && reading.ini.has(fcgi)) {
      reader.problem('programs', `[${named}] name ${program} is ambiguous (exists as program and fcgi-program)`);
      return [];
    }
    named = isPlain ? plain : fcgi;
    inGroups.add(named);
    const socket = isPlain ? {} : tryReadSocket(reading, named, program);
    const members = processesOf(reading, named, name, warnings, socket.socket);
    if (isPlain) return members;
    return members.map((member) => ({ ...member, ...socket }));
  });
  return { type: 'group', name, priority, processes };
}

function readProgram(reading: Reading, section: string, warnings: string[]): GroupConfig {
  const reader = new SectionReader(reading, programOptions, section);
  const written = afterColon(section);
  const name = nameOf(reader, undefined, written) ?? written;
  const priority = reader.read('priority', reading.scope({ here: reading.here }));
  return { type: 'group', name, priority, processes: processesOf(reading, section, name, warnings) };
}

function readListener(reading: Reading, section: string, warnings: string[]): GroupConfig {
  const reader = new SectionReader(reading, eventlistenerOptions, section);
  const scope = reading.scope({ here: reading.here });
  // Unlike the other kinds the name is taken as it stands; the processes below look at it more closely.
  const name = afterColon(section);
  const priority = reader.read('priority', scope) ?? -1;
  const buffer_size = reader.read('buffer_size', scope);
  if (buffer_size < 1) {
    reader.problem('buffer_size', `[${section}] section sets invalid buffer_size (${buffer_size})`, {
      expected: 'at least 1',
      got: String(buffer_size),
    });
  }
  const result_handler = reader.read('result_handler', scope);
  if (!reading.host.resolvesFactory(result_handler, section)) {
    reader.problem('result_handler', `${result_handler} cannot be resolved within [${section}]`, {
      expected: `${eventlistenerOptions.result_handler.initial} or supervisor_stdout:event_handler: others are Python`,
      got: result_handler,
    });
  }
  const events = reader.read('events', scope) ?? [];
  if (events.length === 0) reader.problem(undefined, `[${section}] section requires an "events" line`);
  for (const event of events) {
    if (isEventName(event)) continue;
    const hint = closest(event, eventNames);
    reader.problem('events', `Unknown event type ${event} in [${section}] events`, {
      expected: 'an event type',
      got: event,
      ...(hint === undefined ? {} : { hint }),
    });
  }
  if (reader.read('redirect_stderr', scope)) {
    reader.problem(
      'redirect_stderr',
      `[${section}] section sets redirect_stderr=true but this is not allowed because it will interfere with the ` +
        'eventlistener protocol',
    );
  }
  const processes = processesOf(reading, section, name, warnings);
  const buffer_size_written = reader.isWritten('buffer_size');
  return { type: 'eventlistener', name, priority, processes, events, buffer_size, buffer_size_written, result_handler };
}

function readFcgi(reading: Reading, section: string, warnings: string[]): GroupConfig {
  const reader = new SectionReader(reading, fcgiOptions, section);
  const written = afterColon(section);
  const name = nameOf(reader, undefined, written) ?? written;
  const priority = reader.read('priority', reading.scope({ here: reading.here }));
  const socket = readSocket(reader, name);
  const processes = processesOf(reading, section, name, warnings, socket).map((process) => ({ ...process, socket }));
  return { type: 'fcgi', name, priority, processes, socket };
}
