/**
 * What most commands do without lies in files of its own, so that they need not be read and compiled: the
 * shell, the streaming commands, an XML parser, the long help. Built, each is `parts/ctl-NAME.cjs` beside the
 * command; unbuilt, under the tests, it is the source.
 *
 * A part is bundled on its own. It has its own copies of the classes it imports, so nothing but plain data,
 * functions and the objects it is given may cross: no `instanceof` on what came from the other side.
 */
import type { Diagnosis, DiagnosisRequest } from '../config/diagnosis.ts';

interface Parts {
  readonly advice: typeof import('./parts/advice.ts');
  readonly completion: typeof import('./parts/completion.ts');
  readonly dashboard: typeof import('./parts/dashboard.ts');
  readonly drill: typeof import('./parts/drill.ts');
  readonly init: typeof import('./parts/init.ts');
  readonly insight: typeof import('./parts/insight.ts');
  readonly json: typeof import('./parts/json.ts');
  readonly logs: typeof import('./parts/logs.ts');
  readonly names: typeof import('./parts/names.ts');
  readonly progress: typeof import('./parts/progress.ts');
  readonly shell: typeof import('./parts/shell.ts');
  readonly streaming: typeof import('./parts/streaming.ts');
  readonly terminal: typeof import('./parts/terminal.ts');
  readonly usage: typeof import('./parts/usage.ts');
  readonly wait: typeof import('./parts/wait.ts');
  readonly watch: typeof import('./parts/watch.ts');
  readonly xml: typeof import('./parts/xml.ts');
}

export type LoadedPart<Name extends keyof Parts> = Parts[Name];

export async function loadPart<Name extends keyof Parts>(name: Name): Promise<Parts[Name]> {
  const isBuilt = typeof __filename === 'string' && __filename.endsWith('.cjs');
  // In a variable, or the bundler would put the part into this file after all.
  const path = isBuilt ? `./parts/ctl-${name}.cjs` : `./parts/${name}.ts`;
  return (isBuilt ? require(path) : await import(/* @vite-ignore */ path)) as Parts[Name];
}

/** The part of the daemon that reads a configuration and says what it thinks of it (src/daemon/parts/doctor.ts). */
interface Doctor {
  diagnose(request: DiagnosisRequest): Diagnosis;
}

/** The only thing of the daemon that is run here: what a file means is for its own reader to say. */
export async function loadDoctor(): Promise<Doctor> {
  const isBuilt = typeof __filename === 'string' && __filename.endsWith('.cjs');
  const path = isBuilt ? './parts/daemon-doctor.cjs' : '../daemon/parts/doctor.ts';
  return (isBuilt ? require(path) : await import(/* @vite-ignore */ path)) as Doctor;
}
