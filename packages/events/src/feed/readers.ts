import type { Logger } from '@murmuration/service-kit';
import type pg from 'pg';
import type { FeedPosition } from './cursor.ts';

/** Often enough for dropping partitions, seldom enough to cost nothing. */
const writeEveryMs = 5_000;

const upsertSql = `
INSERT INTO feed_consumer (name, incarnation, xid, id) VALUES ($1, $2, $3::xid8, $4::bigint)
ON CONFLICT (name) DO UPDATE SET incarnation = excluded.incarnation, xid = excluded.xid, id = excluded.id,
  seen_at = clock_timestamp()`;

export interface ReaderRegister {
  /** A reader asked for what follows this place, so it has committed everything up to it. */
  saw(reader: string, committed: FeedPosition): Promise<void>;
  /** A reader will begin at this place. Throws when that could not be noted. */
  register(reader: string, place: FeedPosition): Promise<void>;
}

export function createReaderRegister(pool: pg.Pool, logger: Logger): ReaderRegister {
  const writtenAtMs = new Map<string, number>();

  async function register(reader: string, { incarnation, xid, id }: FeedPosition): Promise<void> {
    await pool.query(upsertSql, [reader, incarnation, xid.toString(), id.toString()]);
  }

  return {
    register,
    async saw(reader, committed) {
      const now = performance.now();
      const last = writtenAtMs.get(reader);
      if (last !== undefined && now - last < writeEveryMs) return;
      writtenAtMs.set(reader, now);
      try {
        await register(reader, committed);
      } catch (error) {
        // The old place stands: it keeps more than is needed, never less.
        writtenAtMs.delete(reader);
        logger.warn({ err: error, reader }, 'could not note how far a reader of the feed came');
      }
    },
  };
}
