import pg from 'pg';

/**
 * The tables that statements would read from end to end although the planner was told to do anything rather than that: no
 * index helps with what they look for.
 * @param statements with `$1` and so on; each is planned for any values, and none is run
 */
export async function tablesScannedBy(url: string, statements: Iterable<string>): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const scanned = new Set<string>();
  try {
    await client.query('SET enable_seqscan = off');
    for (const sql of new Set(statements)) {
      if (!/^\s*(?:WITH|SELECT|INSERT|UPDATE|DELETE)\b/i.test(sql)) continue;
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `EXPLAIN (GENERIC_PLAN, COSTS OFF) ${sql}`,
      );
      for (const row of rows) {
        const [, table] = /Seq Scan on (\S+)/.exec(row['QUERY PLAN']) ?? [];
        if (table) scanned.add(table);
      }
    }
    return [...scanned].sort();
  } finally {
    await client.end();
  }
}
