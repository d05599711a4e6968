import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { makeScratchFolder, removeScratchFolder, startPostgres } from '@murmuration/dev';
import { applyMigrations, databaseNames } from '@murmuration/prisma';
import { requireTool } from '@murmuration/testing/tool';
import pg from 'pg';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const root = new URL('../../../', import.meta.url);
const compose = parse(readFileSync(new URL('compose.yaml', root), 'utf8'), { merge: true }) as {
  configs: { roles: { content: string } };
};
const scripts = {
  'compose.yaml': compose.configs.roles.content.replaceAll('$$', '$'),
  'the dev overlay': readFileSync(new URL('k8s/overlays/dev/stores/roles.sh', root), 'utf8'),
};

/** Runs the script as the image does, in an empty server, and hands over that server's address. */
async function withServer(
  use: (url: URL, run: (script: string, names: string[]) => Promise<void>) => Promise<void>,
) {
  const psql = requireTool({ command: 'psql', debianPackage: 'postgresql-client' });
  const state = await makeScratchFolder();
  const server = await startPostgres({ stateFolder: state });
  const url = new URL(server.url('postgres'));
  const environment = {
    PATH: `${psql.replace(/\/[^/]+$/, '')}:${process.env['PATH']}`,
    PGHOST: url.hostname,
    PGPORT: url.port,
    POSTGRES_USER: url.username,
    PGPASSWORD: decodeURIComponent(url.password),
  };
  const run = async (script: string, names: string[]) => {
    for (const name of names) {
      const passwords = Object.fromEntries(
        databaseNames.map((each) => [`${each.toUpperCase()}_DATABASE_PASSWORD`, 'secret']),
      );
      const own = { APP_NAME: name, APP_PASSWORD: 'secret', ...passwords };
      await promisify(execFile)('sh', ['-c', script], { env: { ...environment, ...own } });
    }
  };
  try {
    await use(url, run);
  } finally {
    await server.stop();
    await removeScratchFolder(state);
  }
}

test.each(Object.entries(scripts))(
  'the roles that %s makes are no superusers, and migrate what they own',
  async (where, script) => {
    await withServer(async (server, run) => {
      await run(script, where === 'compose.yaml' ? ['user'] : [...databaseNames]);
      for (const database of databaseNames) {
        const url = new URL(server);
        Object.assign(url, { username: database, password: 'secret', pathname: `/${database}` });
        expect(await applyMigrations({ database, url: url.href })).not.toEqual([]);
        const client = new pg.Client({ connectionString: url.href });
        await client.connect();
        const { rows } = await client.query(
          'SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user',
        );
        await client.end();
        expect(rows).toEqual([{ rolsuper: false, rolcreaterole: false, rolcreatedb: false }]);
      }
    });
  },
);
