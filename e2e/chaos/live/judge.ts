import { encodeId } from '@murmuration/ids';
import type pg from 'pg';
import type { Record } from './said.ts';
import type { Sights } from './sights.ts';
import type { Stretch, Subscriber } from './subscriber.ts';

/** An event of the log as streams tell it. */
interface Logged {
  key: string;
  postId: string;
  authorId: string;
}

export interface Judged {
  /** Promises that did not hold, but for `missing`. */
  wrong: string[];
  /** Events that were due and have not come (yet). */
  missing: string[];
  /** Events in the log that it was compared with. */
  logged: number;
  /** Events due to subscribers that came, each once. */
  told: number;
  /** Events of people or posts that were hidden meanwhile, which nobody was told. */
  untold: number;
  /** Events said before they were hidden that came after that was acknowledged. */
  afterHiding: number;
  /** How long after that at most. */
  latestAfterHidingMs: number;
}

/**
 * Compares what came with the log: in its order, nothing missing that might be shown all the time from its saying until
 * what follows it came, nothing twice, nothing said after it was hidden, and nothing said before that later than
 * `graceMs` after.
 */
export async function judge(
  timeline: pg.Client,
  subscribers: readonly Subscriber[],
  { graceMs, record, sights }: { record: Record; sights: Sights; graceMs: number },
): Promise<Judged> {
  const log = await readLog(timeline);
  const places = new Map(log.map(({ key }, place) => [key, place]));
  const endMs = performance.now();
  const judged: Judged = {
    wrong: [],
    missing: [],
    logged: log.length,
    told: 0,
    untold: 0,
    afterHiding: 0,
    latestAfterHidingMs: 0,
  };

  for (const { stretches, taken, viewer, wrong } of subscribers) {
    const say = (what: string) => judged.wrong.push(`${viewer.handle}: ${what}`);
    judged.wrong.push(...wrong);
    judged.told += taken.length;
    for (const stretch of stretches) disorderOf(stretch, places).forEach(say);
    let next = 0;
    for (const { key, atMs } of [...taken, { key: null, atMs: endMs }]) {
      const place = key === null ? log.length : places.get(key);
      const logged = place === undefined ? undefined : log[place];
      if (place === undefined) say(`${key} is not in the log`);
      else if (place < next) {
        // What was hidden when it was its turn may come to whoever asks again behind an earlier cursor.
        if (logged && isDue(viewer.id, logged, atMs)) say(`${key} came after what follows it`);
      } else {
        for (const skipped of log.slice(next, place)) {
          if (!isDue(viewer.id, skipped, atMs)) judged.untold += 1;
          else
            judged.missing.push(
              `${viewer.handle}: ${skipped.key} of ${skipped.authorId} is missing before ${key ?? 'the end'}`,
            );
        }
        next = place + 1;
      }
      if (logged) hiddenness(viewer.id, logged, atMs).forEach(say);
    }
  }
  return judged;

  function isDue(viewerId: string, { authorId, key, postId }: Logged, untilMs: number): boolean {
    const said = record.byId.get(postId);
    // Never acknowledged: it may be there, and may have been hidden at any moment.
    if (!said) return false;
    const isAddition = key.startsWith('added');
    if (isAddition && said.deletion && said.deletion.sentAtMs <= untilMs) return false;
    const sinceMs = isAddition ? said.sentAtMs : (said.deletion?.sentAtMs ?? said.sentAtMs);
    return viewerId === authorId || sights.isShownThroughout(viewerId, authorId, sinceMs, untilMs);
  }

  function hiddenness(viewerId: string, { authorId, key, postId }: Logged, atMs: number): string[] {
    const said = record.byId.get(postId);
    if (!said || !key.startsWith('added')) return [];
    const found: string[] = [];
    const hidden = viewerId === authorId ? null : sights.hidden(viewerId, authorId, atMs);
    if (hidden && said.sentAtMs >= hidden.sinceMs) found.push(`${key} was said after a ${hidden.because}`);
    const deletedMs = said.deletion?.acknowledgedAtMs ?? null;
    const deleted = deletedMs === null ? null : { sinceMs: deletedMs, because: 'deletion' };
    for (const each of [hidden, deleted]) {
      if (!each || each.sinceMs > atMs) continue;
      const lateMs = atMs - each.sinceMs;
      judged.afterHiding += 1;
      judged.latestAfterHidingMs = Math.max(judged.latestAfterHidingMs, lateMs);
      if (lateMs > graceMs) found.push(`${key} came ${Math.round(lateMs)} ms after a ${each.because}`);
    }
    return found;
  }
}

/** What one connection brought must follow, in order, what it was to continue behind. */
function disorderOf({ behind, keys }: Stretch, places: ReadonlyMap<string, number>): string[] {
  let last = behind === null ? -1 : (places.get(behind) ?? -1);
  return keys.flatMap((key) => {
    const place = places.get(key) ?? -1;
    if (place > last) {
      last = place;
      return [];
    }
    return [`${key} came out of turn, or again, on a connection behind ${behind}`];
  });
}

async function readLog(timeline: pg.Client): Promise<Logged[]> {
  const { rows } = await timeline.query<{ kind: string; post_id: string; author_id: string }>(
    `SELECT kind, post_id::text, author_id::text FROM timeline_event
     WHERE kind IN ('post', 'post_removed') ORDER BY seq`,
  );
  return rows.map(({ author_id, kind, post_id }) => {
    const postId = encodeId('Post', BigInt(post_id));
    return {
      key: `${kind === 'post' ? 'added' : 'removed'} ${postId}`,
      postId,
      authorId: encodeId('User', BigInt(author_id)),
    };
  });
}
