/** Where something muted does not come up. */
export const mutedScopes = ['home', 'notifications', 'everywhere'] as const;

export type MutedScope = (typeof mutedScopes)[number];

/** Whether a row `m` of what is muted counts now, there. */
export const isInForce = (where: Exclude<MutedScope, 'everywhere'>) =>
  `m.scope IN ('${where}', 'everywhere') AND (m.until IS NULL OR m.until > now())`;

/** The first post of the conversation of a post `p`. */
export const rootSql = 'coalesce(p.root_id, p.id)';

/**
 * A CTE of the words and conversations that the viewer `$1` mutes somewhere: usually none, and then it costs a statement next
 * to nothing.
 */
export function mutedSql(where: Exclude<MutedScope, 'everywhere'>): string {
  return `muted AS MATERIALIZED (
    SELECT string_to_array(m.phrase, ' ') AS words, NULL::bigint AS root_id FROM muted_word m
    WHERE m.viewer_id = $1 AND ${isInForce(where)}
    UNION ALL SELECT NULL, m.root_id FROM muted_thread m WHERE m.viewer_id = $1 AND ${isInForce(where)})`;
}

/**
 * Whether words and a conversation, given as SQL, match anything of {@link mutedSql}. Of what was never read nothing is known,
 * and nothing matches.
 */
export function isMutedSql(words: string, root: string): string {
  return `EXISTS (SELECT FROM muted m WHERE ${words} @> m.words OR m.root_id = ${root})`;
}

/** Whether a reader, given as SQL, does not want to see what somebody reposts. */
export function hidesRepostsSql(person: string, reader = '$1'): string {
  return `EXISTS (SELECT FROM hidden_repost h WHERE h.viewer_id = ${reader} AND h.person_id = ${person})`;
}
