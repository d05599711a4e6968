import { idArray, textArray } from '@murmuration/postgres';
import type { Reads } from '../database/pool.ts';
import { isInForce, rootSql } from './muted-sql.ts';
import { wordsOf } from './words.ts';

/** Pairs of viewer and post that one statement is asked about; a question of its own is never divided. */
const pairsInOne = 20_000;

/** A post, and who reposts it. */
interface Brought {
  postId: bigint;
  reposterId: bigint | null;
}

/** Of some viewers those who do not want to meet a post by what it says, where it does, or by whoever reposts it, in their home. */
export type Silenced = (viewerIds: readonly bigint[], brought: Brought) => Promise<ReadonlySet<bigint>>;

interface Question extends Brought {
  viewerIds: readonly bigint[];
  resolve: (silenced: ReadonlySet<bigint>) => void;
  reject: (error: unknown) => void;
}

/** `$1` and `$2` are pairs of a viewer and the ordinal of a question, `$3` and `$4` the questions' posts and reposters; 0: nobody. */
const silencedSql = `
WITH asked AS MATERIALIZED (SELECT * FROM unnest($1::bigint[], $2::integer[]) AS a(viewer_id, ordinal)),
brought AS MATERIALIZED (
  SELECT b.ordinal, b.reposter_id, said.words, said.root_id
  FROM unnest($3::bigint[], $4::bigint[]) WITH ORDINALITY AS b(post_id, reposter_id, ordinal)
  LEFT JOIN LATERAL (SELECT p.words, ${rootSql} AS root_id FROM post_ref p WHERE p.id = b.post_id LIMIT 1) said ON true)
SELECT a.ordinal, m.viewer_id AS id FROM muted_word m
  JOIN asked a ON a.viewer_id = m.viewer_id JOIN brought b ON b.ordinal = a.ordinal
WHERE m.viewer_id = ANY($1::bigint[]) AND ${isInForce('home')} AND b.words @> string_to_array(m.phrase, ' ')
UNION
SELECT a.ordinal, m.viewer_id FROM muted_thread m
  JOIN asked a ON a.viewer_id = m.viewer_id JOIN brought b ON b.ordinal = a.ordinal AND b.root_id = m.root_id
WHERE m.viewer_id = ANY($1::bigint[]) AND ${isInForce('home')}
UNION
SELECT a.ordinal, h.viewer_id FROM hidden_repost h
  JOIN asked a ON a.viewer_id = h.viewer_id JOIN brought b ON b.ordinal = a.ordinal AND b.reposter_id = h.person_id
WHERE h.viewer_id = ANY($1::bigint[])`;

/** All that is asked in one turn of the event loop is one statement: events come many at a time. */
export function createSilenced(sql: Reads): Silenced {
  let gathered: Question[] = [];

  async function read(questions: readonly Question[]): Promise<void> {
    const viewers = questions.flatMap(({ viewerIds }) => viewerIds);
    const ordinals = questions.flatMap(({ viewerIds }, index) => viewerIds.map(() => index + 1));
    const { rows } = await sql.query<{ ordinal: number; id: bigint }>({
      name: 'live-silenced',
      text: silencedSql,
      values: [
        idArray(viewers),
        `{${ordinals.join(',')}}`,
        idArray(questions.map(({ postId }) => postId)),
        idArray(questions.map(({ reposterId }) => reposterId ?? 0n)),
      ],
    });
    const found = questions.map(() => new Set<bigint>());
    for (const { id, ordinal } of rows) found[ordinal - 1]?.add(id);
    for (const [index, { resolve }] of questions.entries()) resolve(found[index] ?? new Set());
  }

  function answerAll(): void {
    const questions = gathered;
    gathered = [];
    for (const some of chunksOf(questions)) {
      read(some).catch((error: unknown) => {
        for (const { reject } of some) reject(error);
      });
    }
  }

  return (viewerIds, brought) => {
    if (viewerIds.length === 0) return Promise.resolve(new Set());
    const { promise, ...settle } = Promise.withResolvers<ReadonlySet<bigint>>();
    if (gathered.length === 0) setImmediate(answerAll);
    gathered.push({ viewerIds, ...brought, ...settle });
    return promise;
  };
}

function chunksOf(questions: readonly Question[]): Question[][] {
  const chunks: Question[][] = [];
  let pairs = Number.POSITIVE_INFINITY;
  for (const question of questions) {
    pairs += question.viewerIds.length;
    if (pairs > pairsInOne) {
      chunks.push([]);
      pairs = question.viewerIds.length;
    }
    chunks.at(-1)?.push(question);
  }
  return chunks;
}

/** What somebody says; the projection need not know it yet. */
export interface Said {
  text: string;
  /** The first post of its conversation; null of who does not say. */
  rootId: bigint | null;
}

/** Of some viewers those who do not want to meet it anywhere, by a word or by its conversation. */
export async function mutedIn(
  sql: Reads,
  { rootId, text }: Said,
  viewerIds: readonly bigint[],
): Promise<bigint[]> {
  if (viewerIds.length === 0) return [];
  const { rows } = await sql.query<{ id: bigint }>({
    name: 'muted-in',
    text: `SELECT m.viewer_id AS id FROM muted_word m
      WHERE m.viewer_id = ANY($1::bigint[]) AND m.scope = 'everywhere' AND (m.until IS NULL OR m.until > now())
        AND $2::text[] @> string_to_array(m.phrase, ' ')
      UNION
      SELECT m.viewer_id FROM muted_thread m
      WHERE m.viewer_id = ANY($1::bigint[]) AND m.scope = 'everywhere' AND (m.until IS NULL OR m.until > now())
        AND m.root_id = $3`,
    values: [idArray(viewerIds), textArray(wordsOf(text)), rootId],
  });
  return rows.map(({ id }) => id);
}
