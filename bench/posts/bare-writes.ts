import pg from 'pg';

/** Tables of the same columns and indexes where no feed sees what is written. */
const tables = `CREATE SCHEMA bench
  CREATE TABLE post (LIKE public.post INCLUDING ALL)
  CREATE TABLE outbox (LIKE public.outbox INCLUDING ALL)`;

/** A post and its event and nothing else, durable when it is answered. */
const statement = {
  name: 'bare-post',
  text: `WITH p AS (
      INSERT INTO bench.post (id, author_id, text, facets, root_id, visibility, mentioned_ids)
      SELECT id, $1::bigint, $2, '[]', id, 'public', '{}' FROM (SELECT next_id() AS id) fresh RETURNING *)
    INSERT INTO bench.outbox (aggregatetype, aggregateid, version, type, payload)
    SELECT 'post', p.id::text, p.version, 'post.changed', jsonb_build_object('text', p.text) FROM p`,
} as const;

/** Posts a second of the barest statement on so many connections. */
export async function measureBareWrites(
  connectionString: string,
  connections: number,
  seconds: number,
): Promise<number> {
  const pool = new pg.Pool({ connectionString, max: connections });
  try {
    await pool.query(tables);
    const endsAtMs = performance.now() + seconds * 1_000;
    let written = 0;
    await Promise.all(
      Array.from({ length: connections }, async () => {
        while (performance.now() < endsAtMs) {
          await pool.query({ ...statement, values: ['1', `What nobody says for the ${written}th time`] });
          written++;
        }
      }),
    );
    await pool.query('DROP SCHEMA bench CASCADE');
    return written / seconds;
  } finally {
    await pool.end();
  }
}
