/**
 * Builds what is shipped: each command is one CommonJS file (it starts in 1.3 times the time of a bare `node -e 0`,
 * separate modules take 1.8 and more), rarely used parts lie beside it in parts/ and are loaded on demand, the native
 * addon in native/. Tools for this repository's own use go to build/, which is not packed.
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildNative } from './build-native.mjs';
import { writeCodeCache } from './code-cache.mjs';
import { leanBlessed } from './lean-blessed.mjs';
import { leanPino } from './lean-pino.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Without the two whose bundles lie among the parts: code-cache.mjs lets them start quickly. */
const commands = {
  tspidproxy: 'src/companions/pidproxy.ts',
  tsecho_supervisord_conf: 'src/companions/echo-conf.ts',
};

/** `src/ctl/parts/shell.ts` becomes `dist/parts/ctl-shell.cjs`. */
function partsOf(program) {
  const folder = join(root, 'src', program, 'parts');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ in: join(folder, name), out: `parts/${program}-${name.slice(0, -3)}` }));
}

const tools = existsSync(join(root, 'scripts'))
  ? readdirSync(join(root, 'scripts'))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => ({ in: join(root, 'scripts', name), out: name.slice(0, -3) }))
  : [];

/** Names stay as they are, so that a stack trace in a bug report can be read. */
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: { 'process.env.TSSUPERVISOR_VERSION': JSON.stringify(version) },
  logOverride: { 'empty-import-meta': 'silent' },
  metafile: true,
  plugins: [leanPino, leanBlessed],
};

/** At the end, so that the commands can be used while a build is running. */
function removeOldParts(files) {
  const names = new Set(files.map((file) => basename(file)));
  for (const name of readdirSync(join(root, 'dist', 'parts'))) {
    if (!names.has(name)) rmSync(join(root, 'dist', 'parts', name), { recursive: true });
  }
}

/** The licences of the packages that are inside the bundles, for the people who get the bundles. */
function notices(metafiles) {
  const packages = new Map();
  for (const metafile of metafiles) {
    for (const input of Object.keys(metafile.inputs)) {
      const found = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(input);
      if (found) packages.set(found[2], join(root, found[1]));
    }
  }
  return [...packages].sort().map(([name, folder]) => {
    const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const { version: its, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${license}`;
    return `${name} ${its}\n\n${text}\n`;
  });
}

const entries = Object.entries(commands)
  .filter(([, file]) => existsSync(join(root, file)))
  .map(([out, file]) => ({ in: join(root, file), out }));

const cached = ['ctl', 'daemon'].map((name) => ({ in: join(root, `src/${name}/main.ts`), out: `parts/${name}-main` }));

const nodeBanner = '#!/usr/bin/env node';

/**
 * A shell starts the daemon: Node raises the soft limit of open files before it runs anything, and programs are to get
 * the one from before (src/daemon/limits.ts). To Node the second line is a string and a comment.
 */
const daemonBanner = `#!/usr/bin/env sh
':' //; TSSUPERVISORD_NOFILE=$(ulimit -Sn); export TSSUPERVISORD_NOFILE; exec node "$0" "$@"`;

mkdirSync(join(root, 'dist', 'native'), { recursive: true });
await buildNative({ outDir: join(root, 'dist', 'native') });
const results = await Promise.all([
  build({ ...common, entryPoints: entries, outdir: join(root, 'dist'), banner: { js: nodeBanner } }),
  build({
    ...common,
    entryPoints: [...cached, ...partsOf('ctl'), ...partsOf('daemon')],
    outdir: join(root, 'dist'),
  }),
]);
if (tools.length > 0) await build({ ...common, entryPoints: tools, outdir: join(root, 'build') });
writeFileSync(join(root, 'dist', 'THIRD-PARTY-NOTICES'), notices(results.map((one) => one.metafile)).join('\n---\n\n'));
const caches = [
  await writeCodeCache(join(root, 'dist'), 'ctl', nodeBanner),
  await writeCodeCache(join(root, 'dist'), 'daemon', daemonBanner),
];
/** The terminal as the dashboard's library knows it. */
const terminfo = join(root, 'dist', 'parts', 'xterm.terminfo');
copyFileSync(join(root, 'node_modules/blessed/usr/xterm'), terminfo);
removeOldParts([...caches, terminfo, ...Object.keys(results.at(-1).metafile.outputs)]);
for (const out of ['tssupervisorctl', 'tssupervisord', ...entries.map((entry) => entry.out)]) {
  chmodSync(join(root, 'dist', `${out}.cjs`), 0o755);
}
if (process.argv.includes('--verbose')) {
  for (const { metafile } of results) {
    for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
      console.log(`${relative(root, join(root, file))} ${bytes}`);
    }
  }
}
