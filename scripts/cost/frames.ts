/**
 * How long one frame takes, from the message that changes the model over its rows to the bytes for the terminal, in this
 * process against an output that goes nowhere. In each frame CPU, memory and the last line of every process differ from
 * the frame before: no real daemon does more.
 */
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { Model, Program } from '../../src/ctl/dashboard/model.ts';
import { Screen } from '../../src/ctl/dashboard/screen.ts';
import { colours } from '../../src/ctl/dashboard/theme.ts';
import { newModel, update } from '../../src/ctl/dashboard/update.ts';
import { view } from '../../src/ctl/dashboard/view.ts';

/** Milliseconds. */
export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface FrameTimes {
  /** By the clock: on a busy machine the others' work is in it. */
  readonly wall: Spread;
  /** Of the processor, all threads. */
  readonly cpu: Spread;
  /** Of an average frame. */
  readonly bytes: number;
}

const size = { width: 160, height: 108 };
const WARM_FRAMES = 100;
const FRAMES = 600;

/** Of frames with so many processes. */
export async function frameTimes(rows: number): Promise<FrameTimes> {
  // The bundle of this script looks for the description of the terminal beside itself.
  const terminfo = join(__dirname, 'xterm.terminfo');
  copyFileSync(join(__dirname, '../dist/parts/xterm.terminfo'), terminfo);
  let bytes = 0;
  const input = Object.assign(new PassThrough(), { isTTY: true, isRaw: false, setRawMode: () => undefined });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: size.width, rows: size.height });
  output.on('data', (piece: Buffer) => {
    bytes += piece.length;
  });
  const nothing = (): void => undefined;
  const screen = new Screen(
    {
      input: input as unknown as NodeJS.ReadStream,
      output: output as unknown as NodeJS.WriteStream,
      theme: colours,
      isUnicode: true,
    },
    { key: nothing, pasted: nothing, wheel: nothing, clicked: nothing, resized: nothing },
  );
  try {
    let model = start(rows);
    const wall: number[] = [];
    const cpu: number[] = [];
    for (let frame = 0; frame < WARM_FRAMES + FRAMES; frame += 1) {
      if (frame === WARM_FRAMES) bytes = 0;
      model = sampled(model, rows, frame);
      const before = { at: performance.now(), cpu: process.cpuUsage() };
      model = update(model, { type: 'clock', now: frame * 2000 }).model;
      screen.draw(view(model));
      // What blessed has gathered it writes at the end of the turn.
      await turn();
      const { user, system } = process.cpuUsage(before.cpu);
      if (frame < WARM_FRAMES) continue;
      wall.push(performance.now() - before.at);
      cpu.push((user + system) / 1000);
    }
    return { wall: spreadOf(wall), cpu: spreadOf(cpu), bytes: bytes / FRAMES };
  } finally {
    screen.close();
    rmSync(terminfo, { force: true });
  }
}

function spreadOf(times: number[]): Spread {
  times.sort((one, other) => one - other);
  const quantile = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { p50: quantile(0.5), p99: quantile(0.99), max: times.at(-1) ?? 0 };
}

const nameOf = (index: number) => `p${String(index).padStart(4, '0')}`;

function start(rows: number): Model {
  const daemons = [{ name: 'here', serverurl: 'unix:///nowhere' }];
  const model = newModel({ size, now: 0, daemons, isReadOnly: false, isUnicode: true });
  const programs = Array.from({ length: rows }, (_, index): Program => {
    const name = nameOf(index);
    const none = { why: '', ready: '', live: '', status: '', description: '', tags: [], ports: [] };
    return {
      ...none,
      group: name,
      name,
      statename: 'RUNNING',
      pid: 1000 + index,
      serving: true,
      start: 0,
      restarts: 0,
    };
  });
  const up = update(model, { type: 'status', daemon: 0, status: 'up', why: '' }).model;
  return update(up, { type: 'programs', daemon: 0, programs }).model;
}

function sampled(model: Model, rows: number, frame: number): Model {
  const at = frame * 2000;
  const processes: Record<string, [number, number]> = {};
  const lines: Record<string, string> = {};
  for (let index = 0; index < rows; index += 1) {
    const name = `${nameOf(index)}:${nameOf(index)}`;
    processes[name] = [frame * ((index % 97) + 1), (20 + ((index * 7 + frame * 13) % 80)) << 20];
    lines[name] = `GET /items/${index * frame} 200 in ${(index + frame) % 100} ms`;
  }
  const measured = update(model, { type: 'sample', daemon: 0, sample: { at, processes } }).model;
  return update(measured, { type: 'lastLines', daemon: 0, lines }).model;
}
