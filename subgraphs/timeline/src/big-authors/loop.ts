import { Gauge, type Logger, metrics, watchChore } from '@murmuration/service-kit';
import type { ChunkPlace } from '../belonging/recipients.ts';
import type { Sql } from '../database/pool.ts';
import { type TimelineLimits, timelineLimits } from '../limits.ts';
import { beginShrinking, endShrinking, firstFollower, moveNextFollowers } from './shrink.ts';

const bigAuthors = new Gauge({
  name: 'timeline_big_authors',
  help: 'Authors with so many followers that their posts are pulled at read instead of pushed',
  registers: [metrics],
});

/**
 * Looks from time to time which big authors have become small again. Every worker may: see {@link beginShrinking}. Not at
 * once: while a release is rolled out, processes of the one before make lists.
 */
export function startShrinking(options: { sql: Sql; logger: Logger; limits?: TimelineLimits }): {
  stop(): Promise<void>;
} {
  const { sql, logger, limits = timelineLimits } = options;
  const noteSuccess = watchChore('make big authors small again');
  let isStopped = false;
  let running: Promise<void> | undefined;

  async function shrink(): Promise<void> {
    for (const author of await beginShrinking(sql, limits)) {
      for (let place: ChunkPlace | null = firstFollower; place; ) {
        if (isStopped) return;
        place = await moveNextFollowers(sql, author, place, limits);
      }
      if (await endShrinking(sql, author))
        logger.info({ author: String(author.id) }, 'an author is small again');
    }
    const { rows } = await sql.query<{ count: number }>(
      'SELECT count(*)::integer AS count FROM account WHERE big_seq IS NOT NULL',
    );
    bigAuthors.set(rows[0]?.count ?? 0);
    noteSuccess();
  }

  const timer = setInterval(() => {
    running ??= shrink()
      .catch((error: unknown) => logger.warn({ err: error }, 'big authors cannot be made small again'))
      .finally(() => {
        running = undefined;
      });
  }, limits.shrinkEveryMs);
  return {
    async stop() {
      clearInterval(timer);
      isStopped = true;
      await running;
    },
  };
}
