/**
 * blessed without its widgets: the dashboard draws by itself and uses one box of one screen (src/ctl/dashboard/screen.ts).
 * The list of all widgets finds its files by names made at run time, which no bundler follows. An esbuild plugin.
 */
export const leanBlessed = {
  name: 'lean-blessed',
  setup(build) {
    build.onResolve({ filter: /^(\.\.\/|\.\/widget|\.\/gpmclient)$/ }, ({ importer, path }) =>
      /node_modules\/blessed\/lib\/\w+\.js$/.test(importer) ? { path, namespace: 'lean-blessed' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'lean-blessed' }, () => ({ contents: '', loader: 'js' }));
  },
};
