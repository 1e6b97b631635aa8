/**
 * The listener protocol against Supervisor's own reader of it: random streams, cut at random, go through both, and
 * states, requeued events and log lines must be the same. The seed is printed; TSSUPERVISOR_SEED repeats a run.
 */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { ListenerState } from '../../../src/daemon/core/listener.ts';
import { busyListener, initialListener, listen } from '../../../src/daemon/core/listener.ts';
import { decodedOutput } from '../../../src/daemon/logs/python-repr.ts';
import { needs } from '../../support/skips.ts';

const STREAMS = 3000;
const seed = Number(process.env['TSSUPERVISOR_SEED'] ?? Date.now() % 2 ** 31);

/** Feeds Supervisor's dispatcher: reads streams as JSON, writes what it made of them. */
const oracle = `
import base64, json, sys
from supervisor.dispatchers import PEventListenerDispatcher, default_handler
from supervisor import events, options
class Log:
    def __init__(self): self.lines = []
    def debug(self, text): self.lines.append('debug ' + text)
    def warn(self, text): self.lines.append('warn ' + text)
class Bag: pass
def run(busy, chunks):
    log, process = Log(), Bag()
    process.event = None
    process.config = Bag()
    process.config.name = 'x'
    process.config.stdout_logfile = None
    process.config.options = Bag()
    process.config.options.logger = log
    process.config.options.strip_ansi = False
    process.group = Bag()
    process.group.config = Bag()
    process.group.config.result_handler = default_handler
    reader = PEventListenerDispatcher(process, 'stdout', 0)
    rejected = []
    events.clear()
    events.subscribe(events.EventRejectedEvent, lambda event: rejected.append(1))
    if busy:
        process.listener_state = 20
        process.event = object()
    for chunk in chunks:
        process.config.options.readfd = lambda fd: base64.b64decode(chunk)
        reader.handle_read_event()
    lines = [line for line in log.lines if 'stdout output' not in line]
    return {'state': process.listener_state, 'lines': lines, 'rejected': len(rejected)}
print(json.dumps([run(busy, chunks) for busy, chunks in json.load(sys.stdin)]))
`;

const codes = { ACKNOWLEDGED: 30, READY: 10, BUSY: 20, UNKNOWN: 40 } as const;

interface Outcome {
  readonly state: number;
  readonly lines: readonly string[];
  readonly rejected: number;
}

function mine(isBusy: boolean, chunks: readonly Buffer[]): Outcome {
  const lines: string[] = [];
  let rejected = 0;
  let state: ListenerState = isBusy ? busyListener : initialListener;
  for (const chunk of chunks) {
    const step = listen(state, chunk, (body) => (body.toString('latin1') === 'OK' ? 'processed' : 'rejected'));
    state = step.state;
    for (const news of step.news) {
      if (news.type === 'changed') {
        lines.push(`debug x: ${news.from} -> ${news.to}`);
        if (news.to === 'UNKNOWN') {
          lines.push(
            'warn x: has entered the UNKNOWN state and will no longer receive events, this usually indicates the ' +
              'process violated the eventlistener protocol',
          );
        }
      } else if (news.type === 'badResult') {
        lines.push(`warn x: bad result line: '${decodedOutput(news.line)}'`);
        rejected += 1;
      } else if (news.verdict === 'processed') {
        lines.push('debug x: event was processed');
      } else {
        lines.push('warn x: event was rejected');
        rejected += 1;
      }
    }
  }
  return { state: codes[state.name], lines, rejected };
}

// A negative length is the one case that is left out: Supervisor then cuts the stream at a negative index.
const words = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('READY\n', 'RESULT 2\nOK', 'RESULT 4\nFAIL', 'RESULT 2\nOKREADY\n') },
  { weight: 3, arbitrary: fc.constantFrom('READY', 'RESULT ', '2\n', 'OK', '\n', 'R', 'RESULT 0\n', 'RESULT 3\nOK\n') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('RESULT 1_0\n', 'RESULT  2 \nOK', 'FOOBAR 2\nOK', 'RESULT x\n', 'é\n', '\u{1f600}'),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 8 }).filter((text) => !text.includes('-')) },
);
const bytes = fc.oneof(
  { weight: 8, arbitrary: words.map((word) => Buffer.from(word)) },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 4 }).map((array) => Buffer.from(array.filter((byte) => byte !== 45))),
  },
);
const streams = fc.tuple(
  fc.boolean(),
  fc.array(bytes, { maxLength: 8 }).map((pieces) => Buffer.concat(pieces)),
  fc.array(fc.nat({ max: 60 }), { maxLength: 6 }),
);

function cut(stream: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...new Set(places.filter((place) => place > 0 && place < stream.length))].sort((a, b) => a - b);
  return [0, ...sorted]
    .map((place, index) => stream.subarray(place, sorted[index] ?? stream.length))
    .filter((chunk) => chunk.length > 0);
}

needs('supervisor', 'python3').test(`${STREAMS} random streams mean the same to Supervisor (seed ${seed})`, () => {
  const cases = fc
    .sample(streams, { seed, numRuns: STREAMS })
    .map(([isBusy, stream, places]) => [isBusy, cut(stream, places)] as const);
  const input = JSON.stringify(
    cases.map(([isBusy, chunks]) => [isBusy, chunks.map((chunk) => chunk.toString('base64'))]),
  );
  const run = spawnSync('/usr/bin/python3', ['-c', oracle], { input, encoding: 'utf8', maxBuffer: 2 ** 26 });
  expect(run.stderr).toBe('');
  const expected = JSON.parse(run.stdout) as Outcome[];
  let busyEnds = 0;
  for (const [index, [isBusy, chunks]] of cases.entries()) {
    const outcome = mine(isBusy, chunks);
    expect(outcome, `${isBusy} ${JSON.stringify(chunks.map((chunk) => chunk.toString('latin1')))}`).toEqual(
      expected[index],
    );
    if (outcome.lines.length > 1) busyEnds += 1;
  }
  // The streams must get somewhere, or equal means nothing.
  expect(busyEnds).toBeGreaterThan(STREAMS / 4);
});
