import type { Redis } from 'ioredis';
import pg from 'pg';

/** What may be found in a database, by the names of the tables that hold it. */
export type Traces = Record<string, string[]>;

const everyTable = `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  ORDER BY name`;

/** The names of a database's own tables, partitions counted as their parents; not of libraries' schemas. */
export async function tablesIn(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(everyTable);
    return rows.flatMap(({ name }) => (name.startsWith('public.') ? name.slice('public.'.length) : []));
  } finally {
    await client.end();
  }
}

/**
 * Looks for texts in every row of every table of a database, whatever its schema, as Postgres writes a row.
 * @returns of each text that was found the tables, partitions counted as their parents
 */
export async function tracesInDatabase(url: string, texts: readonly string[]): Promise<Traces> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(everyTable);
    const found: Traces = {};
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string }>(
        `SELECT sought.it AS text FROM unnest($1::text[]) AS sought (it) WHERE EXISTS (
           SELECT FROM ${name} held WHERE strpos(lower(held::text), lower(sought.it)) > 0)`,
        [texts],
      );
      for (const { text } of rows) (found[text] ??= []).push(name.replace(/^public\./, ''));
    }
    return found;
  } finally {
    await client.end();
  }
}

/** The same for a Redis: keys, and whatever stands in them. */
export async function tracesInRedis(redis: Redis, texts: readonly string[]): Promise<Traces> {
  const found: Traces = {};
  for await (const keys of redis.scanStream() as AsyncIterable<string[]>) {
    for (const key of keys) {
      const value = await contentOf(redis, key);
      const whole = `${key} ${value}`.toLowerCase();
      for (const text of texts) if (whole.includes(text.toLowerCase())) (found[text] ??= []).push(key);
    }
  }
  return found;
}

async function contentOf(redis: Redis, key: string): Promise<string> {
  switch (await redis.type(key)) {
    case 'string':
      return (await redis.get(key)) ?? '';
    case 'hash':
      return JSON.stringify(await redis.hgetall(key));
    case 'list':
      return (await redis.lrange(key, 0, -1)).join(' ');
    case 'set':
      return (await redis.smembers(key)).join(' ');
    case 'zset':
      return (await redis.zrange(key, '0', '-1')).join(' ');
    default:
      return '';
  }
}
