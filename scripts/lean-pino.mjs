/**
 * pino without what the daemon does not use: transports in worker threads and its own file writer. The main log gives
 * pino a destination of its own (src/daemon/logs/main-log.ts), so loading them would only cost start-up time and
 * memory. Figures: docs/adr/0005-output-capture.md. An esbuild plugin.
 */
const left = 'Cannot use a transport or a file of pino: they are left out of the bundle (scripts/lean-pino.mjs)';
const refuse = `module.exports = class { constructor() { throw new Error(${JSON.stringify(left)}); } };`;

export const leanPino = {
  name: 'lean-pino',
  setup(build) {
    build.onLoad({ filter: /node_modules\/(pino\/lib\/transport|sonic-boom\/index)\.js$/ }, () => ({
      contents: refuse,
      loader: 'js',
    }));
    build.onResolve({ filter: /^(node:)?worker_threads$/ }, ({ importer }) =>
      /node_modules\/pino\/lib\//.test(importer) ? { path: 'worker_threads', namespace: 'lean-pino' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'lean-pino' }, () => ({
      contents: 'exports.isMainThread = true;',
      loader: 'js',
    }));
  },
};
