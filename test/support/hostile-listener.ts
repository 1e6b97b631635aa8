/**
 * A listener that writes one hostile stream and ends, is started again, writes the next, and so on; meanwhile events
 * are sent, and another program is killed and must come back.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { bystander, killBystander, untilRunning } from './bombardment.ts';
import { startDaemon } from './daemon.ts';
import { openFiles, residentBytes } from './footprint.ts';
import { listenerStream } from './listener-streams.ts';
import { until } from './until.ts';

const MAX_GROWTH_BYTES = 10_000_000;
/** The daemon gives memory back when nothing has been asked of it for ten seconds. */
const MEMORY_DEADLINE_MS = 30_000;

/** `at` holds the number of the next stream; after the last one there is nothing to write. */
const script = 'i=$(cat at); test -f streams/$i || exec sleep 1000; echo $((i + 1)) > at; exec cat streams/$i\n';
const listener =
  '[eventlistener:hostile]\ncommand=sh listener.sh\ndirectory=%(here)s\nstartsecs=0\nautostart=false\nautorestart=true\n' +
  'events=REMOTE_COMMUNICATION,PROCESS_STATE\nstdout_logfile_maxbytes=1MB\n\n';

export async function listenToStreams(seed: number, count: number): Promise<void> {
  await using daemon = await startDaemon({ config: bystander + listener });
  mkdirSync(join(daemon.dir, 'streams'));
  writeFileSync(join(daemon.dir, 'listener.sh'), script);
  writeFileSync(join(daemon.dir, 'at'), '0\n');
  // Without a stream it waits: what the daemon opens for its first listener stays open.
  await daemon.rpc('supervisor.startProcess', 'hostile');
  await daemon.rpc('supervisor.stopProcess', 'hostile');
  await untilRunning(daemon, 'bystander');
  const filesBefore = openFiles(daemon.pid);
  for (const [at, { text }] of fc.sample(listenerStream, { seed, numRuns: count }).entries()) {
    writeFileSync(join(daemon.dir, 'streams', String(at)), text, 'latin1');
  }
  const written = () => Number(readFileSync(join(daemon.dir, 'at'), 'latin1'));
  await daemon.rpc('supervisor.startProcess', 'hostile');
  // By then the heap is as large as such work makes it.
  await until('half of the streams are written', () => written() > count / 2);
  const memoryBefore = residentBytes(daemon.pid);
  let kills = 0;
  while (written() < count) {
    await daemon.rpc('supervisor.sendRemoteCommEvent', 'news', 'x'.repeat(1000));
    await killBystander(daemon);
    kills++;
  }
  expect(kills).toBeGreaterThan(0);
  await daemon.rpc('supervisor.stopProcess', 'hostile');
  await daemon.until('the files of the listener are closed', () => openFiles(daemon.pid) <= filesBefore);
  await until('its memory is what it was', () => residentBytes(daemon.pid) - memoryBefore <= MAX_GROWTH_BYTES, {
    deadlineMs: MEMORY_DEADLINE_MS,
    evidence: () => `It has grown by ${residentBytes(daemon.pid) - memoryBefore} bytes`,
  });
  expect(daemon.log()).toContain('has entered the UNKNOWN state');
  expect(daemon.log()).not.toContain('Bug');
}
