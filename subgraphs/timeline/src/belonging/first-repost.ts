import { timelineLimits } from '../limits.ts';
import { hidesRepostsSql } from '../words/muted-sql.ts';
import { isHiddenSql } from './candidates.ts';

const { repostsLookedThrough } = timelineLimits;

/**
 * A condition on `repost_ref r`: of several reposts of one original it is the first by somebody whom the
 * reader follows and wants to hear. What the world reposted may be a hundred thousand rows, and those whom the
 * reader follows thousands: the fewer of the two are looked at. `reader` is SQL, too.
 */
export function isFirstRepostSql(reader: string): string {
  const earlier = 'o.original_id = r.original_id AND o.active AND o.id < r.id';
  const isHeard = `f.follower_id = ${reader} AND f.active AND NOT ${isHiddenSql('f.followee_id', reader)}
      AND NOT ${hidesRepostsSql('f.followee_id', reader)}
      AND NOT EXISTS (SELECT FROM account a WHERE a.id = f.followee_id AND a.is_suspended)`;
  return `CASE WHEN (SELECT count(*) FROM (
      SELECT FROM repost_ref o WHERE ${earlier} LIMIT ${repostsLookedThrough + 1}) few) <= ${repostsLookedThrough}
    THEN NOT EXISTS (
      SELECT FROM repost_ref o JOIN follow f ON f.followee_id = o.author_id WHERE ${earlier} AND ${isHeard})
    ELSE NOT EXISTS (
      SELECT FROM follow f CROSS JOIN LATERAL (
        SELECT FROM repost_ref o WHERE o.author_id = f.followee_id AND ${earlier} LIMIT 1) o
      WHERE ${isHeard})
    END`;
}
