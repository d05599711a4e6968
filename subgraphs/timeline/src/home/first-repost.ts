/**
 * A condition on `repost_ref r`: of several reposts of one original it is the first by somebody whom the
 * reader follows and wants to hear. `reader` is SQL, too.
 */
export function isFirstRepostSql(reader: string): string {
  return `NOT EXISTS (
    SELECT FROM repost_ref o JOIN follow f ON f.follower_id = ${reader} AND f.followee_id = o.author_id AND f.active
    WHERE o.original_id = r.original_id AND o.active AND o.id < r.id
      AND NOT EXISTS (SELECT FROM mute m WHERE m.muter_id = ${reader} AND m.muted_id = o.author_id AND m.active)
      AND NOT EXISTS (SELECT FROM block b WHERE b.blocker_id = ${reader} AND b.blocked_id = o.author_id AND b.active)
      AND NOT EXISTS (SELECT FROM block b WHERE b.blocker_id = o.author_id AND b.blocked_id = ${reader} AND b.active)
      AND NOT EXISTS (SELECT FROM account a WHERE a.id = o.author_id AND a.is_suspended))`;
}
