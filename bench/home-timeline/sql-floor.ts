import pg from 'pg';

/**
 * Pages a second of the barest home page on one connection: the newest twenty posts of whom one follows, with
 * their text, by one prepared statement. Nothing in front of the database can be faster.
 */
export async function measureSqlFloor(
  postUrl: string,
  timelineUrl: string,
  seconds: number,
): Promise<number> {
  const readers = await rowsOf<{ ids: string[] }>(
    timelineUrl,
    `SELECT array_agg(followee_id::text) AS ids FROM follow WHERE active GROUP BY follower_id LIMIT 100`,
  );
  const client = new pg.Client({ connectionString: postUrl });
  await client.connect();
  try {
    const endsAtMs = performance.now() + seconds * 1_000;
    let pages = 0;
    while (performance.now() < endsAtMs) {
      await client.query({
        name: 'floor',
        text: `SELECT p.* FROM unnest($1::bigint[]) a(id) CROSS JOIN LATERAL (
          SELECT id, author_id, text FROM post WHERE author_id = a.id AND deleted_at IS NULL ORDER BY id DESC LIMIT 20) p
          ORDER BY p.id DESC LIMIT 20`,
        values: [readers[pages % readers.length]?.ids ?? []],
      });
      pages++;
    }
    return pages / seconds;
  } finally {
    await client.end();
  }
}

async function rowsOf<Row extends object>(connectionString: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rows } = await client.query<Row>(sql);
  await client.end();
  return rows;
}
