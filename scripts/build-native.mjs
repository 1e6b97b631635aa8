/**
 * Builds native/posix.c into `posix-linux-<arch>.node`: the machine's own processor with `cc` (or $CC), arm64 also
 * where its cross compiler is installed. No node-gyp and no Node headers to download: a fifth of a second.
 * The flags leave no needed library and no C library version in the result; see docs/adr/0002-native-addon.md.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'native', 'posix.c');
const headers = join(root, 'node_modules', 'node-api-headers', 'include');
const flags = [
  ...['-Os', '-shared', '-fPIC', '-nostdlib', '-fno-stack-protector', '-fvisibility=hidden'],
  ...['-fno-asynchronous-unwind-tables', '-Wall', '-Wextra', '-Werror', '-I', headers],
  ...['-s', '-Wl,-z,now,-z,noexecstack,-z,noseparate-code,--build-id=none'],
];

/** Milliseconds since the epoch of a file's last change; 0 where there is none. */
function changedAt(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Written beside its place and renamed: whoever has the old file loaded, or loads it now, sees a whole one. */
function compile(compiler, file) {
  const part = `${file}.${process.pid}`;
  const run = spawnSync(compiler, [...flags, '-o', part, source], { encoding: 'utf8' });
  if (run.error === undefined && run.status === 0) return renameSync(part, file);
  rmSync(part, { force: true });
  if (run.error !== undefined && run.error.code === 'ENOENT') {
    throw new Error(
      `Cannot build the native addon: no C compiler "${compiler}" (install one: apt-get install gcc libc6-dev, apk add gcc musl-dev, dnf install gcc)`,
    );
  }
  throw new Error(`Cannot build the native addon with "${compiler}": ${run.error?.message ?? run.stderr.trim()}`);
}

/**
 * Builds what is older than its source and answers the files that are now up to date.
 *
 * @param {{ outDir?: string }} [options] the folder to write to, `dist/native` by default
 * @returns {string[]}
 */
export function buildNative({ outDir = join(root, 'dist', 'native') } = {}) {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new Error(
      `Cannot build the native addon for "${process.platform} ${process.arch}": only Linux on x64 and arm64`,
    );
  }
  if (changedAt(headers) === 0) throw new Error(`Cannot build the native addon: no "${headers}" (run npm ci)`);
  const newest = Math.max(changedAt(source), changedAt(fileURLToPath(import.meta.url)));
  const built = [];
  const build = (arch, compiler) => {
    const file = join(outDir, `posix-linux-${arch}.node`);
    if (changedAt(file) <= newest) compile(compiler, file);
    built.push(file);
  };
  mkdirSync(outDir, { recursive: true });
  build(process.arch, process.env.CC ?? 'cc');
  const cross = 'aarch64-linux-gnu-gcc';
  if (process.arch !== 'arm64' && spawnSync(cross, ['--version']).status === 0) build('arm64', cross);
  return built;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    buildNative();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
