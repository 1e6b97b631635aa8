/**
 * What most daemons never do lies in files of its own, read when it is asked for the first time, so that it costs
 * neither time at the start nor memory. Built, each is `parts/daemon-NAME.cjs` beside the daemon; unbuilt, under the
 * tests, it is the source.
 *
 * A part is bundled on its own. It has its own copies of the classes it imports, so nothing but plain data, functions
 * and the objects it is given may cross: no `instanceof` on what came from the other side.
 */
interface Parts {
  readonly api: typeof import('./parts/api.ts');
  readonly demand: typeof import('./parts/demand.ts');
  readonly changes: typeof import('./parts/changes.ts');
  readonly doctor: typeof import('./parts/doctor.ts');
  readonly insight: typeof import('./parts/insight.ts');
  readonly schedules: typeof import('./parts/schedules.ts');
  readonly upstreams: typeof import('./parts/upstreams.ts');
  readonly watch: typeof import('./parts/watch.ts');
  readonly web: typeof import('./parts/web.ts');
}

export async function loadPart<Name extends keyof Parts>(name: Name): Promise<Parts[Name]> {
  const isBuilt = typeof __filename === 'string' && __filename.endsWith('.cjs');
  // In a variable, or the bundler would put the part into this file after all.
  const path = isBuilt ? `./parts/daemon-${name}.cjs` : `./parts/${name}.ts`;
  return (isBuilt ? require(path) : await import(/* @vite-ignore */ path)) as Parts[Name];
}
