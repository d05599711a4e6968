import type { Reads } from '../database/pool.ts';

/** Where something muted does not come up. */
export const mutedScopes = ['home', 'notifications', 'everywhere'] as const;

export type MutedScope = (typeof mutedScopes)[number];

const isInForce = `(w.until IS NULL OR w.until > now())`;

/** A CTE of what the viewer `$1` mutes somewhere: usually nothing, and then it costs a statement next to nothing. */
export function mutedSql(where: Exclude<MutedScope, 'everywhere'>): string {
  return `muted AS MATERIALIZED (
    SELECT string_to_array(w.phrase, ' ') AS words FROM muted_word w
    WHERE w.viewer_id = $1 AND w.scope IN ('${where}', 'everywhere') AND ${isInForce})`;
}

/** Whether words, given as SQL, match anything of {@link mutedSql}. Of what was never read nothing is known, and nothing matches. */
export function isMutedSql(words: string): string {
  return `EXISTS (SELECT FROM muted m WHERE ${words} @> m.words)`;
}

/** Whether a reader, given as SQL, does not want to see what somebody reposts. */
export function hidesRepostsSql(person: string, reader = '$1'): string {
  return `EXISTS (SELECT FROM hidden_repost h WHERE h.viewer_id = ${reader} AND h.person_id = ${person})`;
}

const silencedSql = `
SELECT w.viewer_id AS id FROM muted_word w
WHERE w.viewer_id = ANY($1::bigint[]) AND w.scope IN ('home', 'everywhere') AND ${isInForce}
  AND (SELECT p.words FROM post_ref p WHERE p.id = $2 LIMIT 1) @> string_to_array(w.phrase, ' ')
UNION
SELECT h.viewer_id FROM hidden_repost h WHERE h.viewer_id = ANY($1::bigint[]) AND h.person_id = $3`;

/** Of some viewers those who do not want to meet a post by its words, or by whoever reposts it, in their home. */
export async function silencedFor(
  sql: Reads,
  viewerIds: readonly bigint[],
  { postId, reposterId }: { postId: bigint; reposterId: bigint | null },
): Promise<Set<bigint>> {
  if (viewerIds.length === 0) return new Set();
  const { rows } = await sql.query<{ id: bigint }>({
    name: 'live-silenced',
    text: silencedSql,
    values: [viewerIds, postId, reposterId],
  });
  return new Set(rows.map(({ id }) => id));
}
