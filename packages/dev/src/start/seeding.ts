import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { everyDatabase } from '@murmuration/prisma';
import pg from 'pg';
import { type Reporter, seconds } from '../report/reporter.ts';
import type { DatabaseUrls, Stores } from '../stack/stores.ts';
import { openSecrets, type Secrets } from '../state/secrets.ts';

export interface SeedRequest {
  graphFile?: string | undefined;
  postsCount?: number | undefined;
  /** Begin with empty databases. */
  reset: boolean;
  /** Seed databases that we did not make. */
  force: boolean;
}

export interface Seeding {
  /** Empties the databases when asked to, or when an earlier seeding was cut off half-way. */
  prepare: (stores: Stores) => Promise<void>;
  /** Decides whether to seed; refuses what would mix two graphs. */
  decide: (stores: Stores) => Promise<void>;
  /** Seeds if that was decided. */
  run: (stores: Pick<Stores, 'databaseUrls'>) => Promise<void>;
}

/** Seeding of one start, with a note in the state folder so that a cut-off one is begun again. */
export function createSeeding(
  stateFolder: string,
  request: SeedRequest,
  report: Reporter,
  given: Partial<Secrets> = {},
): Seeding {
  const note = path.join(stateFolder, 'seed.json');
  let isDue = false;
  return {
    prepare: async (stores) => {
      const wasCutOff = readStatus(note) === 'running';
      if (!request.reset && !wasCutOff) return;
      if (!stores.postgres) {
        if (!request.reset) return;
        throw new Error(
          '--reset deletes databases, and these were given, not made here: empty them yourself.',
        );
      }
      if (wasCutOff && !request.reset) report.note('  The last seeding was cut off: beginning it again');
      await dropAll(stores.postgres.url('postgres'));
      rmSync(note, { force: true });
    },
    decide: async (stores) => {
      const isEmpty = await hasNoAccounts(stores.databaseUrls.user);
      const isAsked = request.graphFile !== undefined || request.postsCount !== undefined || request.force;
      if (!isEmpty && isAsked) {
        throw new Error(
          'The databases hold data already. Start without --graph, --posts and --seed to keep it, or add --reset.',
        );
      }
      isDue = isEmpty && (stores.postgres !== undefined || request.force);
    },
    run: async ({ databaseUrls }) => {
      if (!isDue) return;
      writeFileSync(note, JSON.stringify({ status: 'running' }));
      await runSeed(databaseUrls, { ...openSecrets(stateFolder), ...given }, request, report);
      writeFileSync(note, JSON.stringify({ status: 'done', ...request }));
    },
  };
}

async function runSeed(
  databases: DatabaseUrls,
  keys: Secrets,
  request: SeedRequest,
  report: Reporter,
): Promise<void> {
  // Imported late: it needs clients that are generated at the start.
  const { seed } = await import('../seed/index.ts');
  const startedAt = performance.now();
  const { summary } = await seed({
    ...(request.graphFile !== undefined && { graphFile: request.graphFile }),
    ...(request.postsCount !== undefined && { postsCount: request.postsCount }),
    databases,
    keys,
    onProgress: ({ label, done, total }) => report.progress(label, done, total),
  });
  report.note(`  ✓ Seeded: ${summary} (${seconds(performance.now() - startedAt)})`);
}

async function hasNoAccounts(url: string): Promise<boolean> {
  const rows = await query<{ found: boolean }>(url, 'SELECT EXISTS (SELECT FROM account) AS found');
  return rows[0]?.found !== true;
}

async function dropAll(serverUrl: string): Promise<void> {
  for (const name of everyDatabase) {
    await query(serverUrl, `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
  }
}

async function query<Row extends pg.QueryResultRow>(connectionString: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

function readStatus(note: string): string | undefined {
  try {
    return (JSON.parse(readFileSync(note, 'utf8')) as { status?: string }).status;
  } catch {
    return undefined;
  }
}
