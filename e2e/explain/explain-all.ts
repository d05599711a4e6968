import { statSync } from 'node:fs';
import path from 'node:path';
import { startStack } from '@murmuration/dev';
import { makeCrowd } from './crowd.ts';
import type { CrowdSize } from './crowd-sql.ts';
import { doEverything } from './operations.ts';
import { bigRelations, type Explained, logSettings, readPlans, scansOf } from './plans.ts';

/** Smaller tables are read from end to end for good reasons. */
const bigPages = 100;

export interface ExplainedStatement extends Explained {
  /** Big relations that it read from end to end. */
  scans: string[];
  calls: number;
}

/**
 * Runs the platform on a crowd, does everything people do, and takes from the server the statements that the
 * services really sent with the plans they really ran by. Of each statement the slowest call is shown.
 */
export async function explainAll(
  size: CrowdSize,
  onProgress: (what: string) => void,
): Promise<ExplainedStatement[]> {
  let logStart = 0;
  let logFile = '';
  const quick = { fsync: 'off', full_page_writes: 'off', max_wal_size: '8GB', shared_buffers: '512MB' };
  const stack = await startStack({
    env: { LOG_LEVEL: 'warn' },
    postgresSettings: { ...quick, ...logSettings },
    beforeProcesses: async ({ databaseUrls }) => {
      const startedAt = Date.now();
      await makeCrowd(databaseUrls, size);
      onProgress(
        `${size.people} people, ${size.people * size.followsEach} follows and ${size.posts} posts made in ` +
          `${((Date.now() - startedAt) / 1_000).toFixed(0)} s`,
      );
    },
  });
  try {
    logFile = path.join(stack.stateFolder, 'postgres.log');
    logStart = statSync(logFile).size;
    await doEverything(stack.url);
    const big = new Map<string, Set<string>>();
    for (const [database, url] of Object.entries(stack.databaseUrls))
      big.set(database, await bigRelations(url, bigPages));
    return slowestOf(readPlans(logFile, logStart), big);
  } finally {
    await stack.stop();
  }
}

function slowestOf(plans: readonly Explained[], big: ReadonlyMap<string, Set<string>>): ExplainedStatement[] {
  const statements = new Map<string, ExplainedStatement>();
  for (const plan of plans) {
    const relations = big.get(plan.database);
    // What this tool itself asks of the catalogue is not the services'.
    if (!relations || /\bpg_class\b|\bpg_inherits\b/.test(plan.sql)) continue;
    const key = `${plan.database} ${plan.sql.replace(/\s+/g, ' ')}`;
    const known = statements.get(key);
    const scans = [...new Set([...(known?.scans ?? []), ...scansOf(plan.plan, relations)])];
    const slowest = known && known.durationMs > plan.durationMs ? known : plan;
    statements.set(key, { ...slowest, scans, calls: (known?.calls ?? 0) + 1 });
  }
  return [...statements.values()].sort((a, b) => b.durationMs - a.durationMs);
}
