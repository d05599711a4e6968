import type { Reads } from '../database/pool.ts';
import { incarnationSql, type LogHead, noHead } from '../log/head.ts';
import { timelineLimits } from '../limits.ts';

/**
 * A place of the log up to which everything has been pushed into one Redis, to lists made there at
 * `namespaceSeq` or after it.
 */
export interface PushedTo extends LogHead {
  namespace: string;
  namespaceSeq: bigint;
}

/** A row of `seq`, `namespace` and `namespace_seq`: what is below the lowest task has been pushed. */
export const pushedToSql = `SELECT least(c.seq, (SELECT min(t.seq) - 1 FROM fanout_task t),
    (SELECT min(k.seq) - 1 FROM fanout_chunk k)) AS seq, c.namespace, c.namespace_seq
  FROM fanout_cursor c`;

export interface PushedToWatch {
  /**
   * A place that was true before this was called, at most a second old: pushes only ever go on, so what one
   * read learned serves the next ones, which then need not ask before they look at a list.
   */
  atLeast(): Promise<PushedTo>;
  learn(place: PushedTo): void;
}

export function createPushedToWatch(
  sql: Reads,
  { pushedToMaxAgeMs }: { pushedToMaxAgeMs: number } = timelineLimits,
): PushedToWatch {
  let known: { place: PushedTo; learnedAtMs: number } | undefined;
  let asking: Promise<PushedTo> | undefined;

  function learn(place: PushedTo): PushedTo {
    const isSameLife =
      known?.place.incarnation === place.incarnation && known.place.namespaceSeq === place.namespaceSeq;
    if (!known || !isSameLife || known.place.seq <= place.seq) {
      known = { place, learnedAtMs: performance.now() };
    }
    return known.place;
  }

  return {
    learn,
    async atLeast() {
      if (known && performance.now() - known.learnedAtMs < pushedToMaxAgeMs) return known.place;
      asking ??= readPushedTo(sql)
        .then(learn)
        .finally(() => {
          asking = undefined;
        });
      return asking;
    },
  };
}

export async function readPushedTo(sql: Reads): Promise<PushedTo> {
  const { rows } = await sql.query<{
    seq: bigint;
    incarnation: string;
    namespace: string;
    namespace_seq: bigint;
  }>({
    name: 'pushed-to',
    text: `SELECT p.*, ${incarnationSql} AS incarnation FROM timeline_head h CROSS JOIN (${pushedToSql}) p`,
  });
  const [row] = rows;
  if (!row) throw noHead();
  const { seq, incarnation, namespace, namespace_seq: namespaceSeq } = row;
  return { seq, incarnation, namespace, namespaceSeq };
}
