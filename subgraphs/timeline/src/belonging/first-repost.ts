import { timelineLimits } from '../limits.ts';
import { hidesRepostsSql } from '../words/muted-sql.ts';
import { isHiddenSql } from './candidates.ts';
import { members } from './members.ts';
import type { SourceKind } from './source.ts';

const { repostsLookedThrough } = timelineLimits;

/**
 * A condition on `repost_ref r`: of several reposts of one original it is the first by a member
 * whom the reader wants to hear. What the world reposted may be a hundred thousand rows, and a home's members
 * thousands: the fewer of the two are looked at. `reader` and `source` are SQL.
 */
export function isFirstRepostSql(
  kind: SourceKind,
  reader: string,
  source = kind === 'home' ? reader : members.list.source,
): string {
  const { isOf, isUnseen, person, table } = members[kind];
  const earlier = 'o.original_id = r.original_id AND o.active AND o.id < r.id';
  const isHeard = `${isOf(source)} AND NOT ${isHiddenSql(person, reader)}
      AND NOT ${hidesRepostsSql(person, reader)}
      AND NOT ${isUnseen(person, reader)}`;
  return `CASE WHEN (SELECT count(*) FROM (
      SELECT FROM repost_ref o WHERE ${earlier} LIMIT ${repostsLookedThrough + 1}) few) <= ${repostsLookedThrough}
    THEN NOT EXISTS (
      SELECT FROM repost_ref o JOIN ${table} ON ${person} = o.author_id WHERE ${earlier} AND ${isHeard})
    ELSE NOT EXISTS (
      SELECT FROM ${table} CROSS JOIN LATERAL (
        SELECT FROM repost_ref o WHERE o.author_id = ${person} AND ${earlier} LIMIT 1) o
      WHERE ${isHeard})
    END`;
}
