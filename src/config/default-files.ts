import { joinPath, parentOf } from './paths.ts';

/** Where both programs look for their file, in this order. `argv0` is the command as it was typed. */
function defaultFiles(argv0: string): string[] {
  const root = parentOf(parentOf(argv0));
  return [
    joinPath(root, 'etc/supervisord.conf'),
    joinPath(root, 'supervisord.conf'),
    'supervisord.conf',
    'etc/supervisord.conf',
    '/etc/supervisord.conf',
    '/etc/supervisor/supervisord.conf',
  ];
}

/** The first of the default files that exists. */
export function findConfigFile(argv0: string, host: { exists(path: string): boolean }): string | undefined {
  return defaultFiles(argv0).find((path) => host.exists(path));
}

/** What supervisord says when there is none. */
export function noConfigFileMessage(argv0: string): string {
  return (
    `No config file found at default paths (${defaultFiles(argv0).join(', ')}); ` +
    'use the -c option to specify a config file at a different path'
  );
}
