import { decodeId } from '@murmuration/ids';
import { futureMoment, retryConflicts, validationError } from '@murmuration/service-kit';
import type { Sql } from '../database/pool.ts';
import type { MutedScope } from './muted-sql.ts';
import { mutedIn, type Said } from './silenced.ts';
import { phraseOf, wordLimits } from './words.ts';

/** A word, a hashtag or some words that somebody does not want to meet. */
export interface MutedWord {
  text: string;
  scope: MutedScope;
  until: Date | null;
}

export interface WordService {
  /** Those in force, newest first. */
  muted(viewerId: bigint): Promise<MutedWord[]>;
  /** @throws UserErrors `ValidationError` for what has no word, or too many, for an end that is over, and beyond the limit */
  mute(viewerId: bigint, word: { text: string; scope: MutedScope; until: string | null }): Promise<MutedWord>;
  /** Taking back what is not there changes nothing. */
  unmute(viewerId: bigint, text: string): Promise<void>;
  /** Whose reposts the viewer does not see, newest first. */
  hiddenReposters(viewerId: bigint): Promise<bigint[]>;
  /** @throws UserErrors `ValidationError` for what is nobody's id, and beyond the limit */
  hideReposts(viewerId: bigint, person: string, isHidden: boolean): Promise<bigint>;
  /** Of some viewers those who do not want to meet what somebody says anywhere, by a word or by its conversation. */
  mutedIn(said: Said, viewerIds: readonly bigint[]): Promise<bigint[]>;
}

const columns = 'text, scope, until';

const muteSql = `
WITH over AS (DELETE FROM muted_word WHERE viewer_id = $1 AND phrase <> $2 AND until <= now())
INSERT INTO muted_word (viewer_id, phrase, text, scope, until)
SELECT $1::bigint, $2, $3, $4, $5::timestamptz
WHERE (SELECT count(*) FROM muted_word WHERE viewer_id = $1 AND phrase <> $2 AND (until IS NULL OR until > now())) < $6
ON CONFLICT (viewer_id, phrase) DO UPDATE SET text = excluded.text, scope = excluded.scope, until = excluded.until,
  muted_at = clock_timestamp()
RETURNING ${columns}`;

/** The reader's lists were made by what they wanted to see: they are made anew. */
const hideSql = (change: string) => `
WITH changed AS (${change} RETURNING viewer_id)
INSERT INTO reader AS r (id, epoch) SELECT viewer_id, 1 FROM changed
ON CONFLICT (id) DO UPDATE SET epoch = r.epoch + 1`;

const hideSqls = {
  hide: hideSql(`INSERT INTO hidden_repost (viewer_id, person_id) SELECT $1::bigint, $2::bigint
    WHERE (SELECT count(*) FROM hidden_repost WHERE viewer_id = $1) < ${wordLimits.hiddenReposters}
    ON CONFLICT DO NOTHING`),
  show: hideSql('DELETE FROM hidden_repost WHERE viewer_id = $1 AND person_id = $2'),
};

export function createWordService({ sql }: { sql: Sql }): WordService {
  function readPhrase(text: string): string {
    const phrase = phraseOf(text);
    if (phrase !== null) return phrase;
    const most = `${wordLimits.perPhrase} words and ${wordLimits.phraseCharacters} characters`;
    throw validationError('text', `Give a word, a hashtag or some words, at most ${most}.`);
  }

  async function hiddenReposters(viewerId: bigint): Promise<bigint[]> {
    const { rows } = await sql.query<{ id: bigint }>({
      name: 'hidden-reposters',
      text: 'SELECT person_id AS id FROM hidden_repost WHERE viewer_id = $1 ORDER BY hidden_at DESC',
      values: [viewerId],
    });
    return rows.map(({ id }) => id);
  }

  return {
    async muted(viewerId) {
      const { rows } = await sql.query<MutedWord>({
        name: 'muted-words',
        text: `SELECT ${columns} FROM muted_word WHERE viewer_id = $1 AND (until IS NULL OR until > now())
          ORDER BY muted_at DESC LIMIT $2`,
        values: [viewerId, wordLimits.perPerson],
      });
      return rows;
    },

    async mute(viewerId, { text, scope, until }) {
      const values = [
        viewerId,
        readPhrase(text),
        text.trim(),
        scope,
        futureMoment('until', until)?.toISOString() ?? null,
        wordLimits.perPerson,
      ];
      const { rows } = await sql.query<MutedWord>({ name: 'mute-word', text: muteSql, values });
      const [muted] = rows;
      if (muted) return muted;
      throw validationError('text', `You mute ${wordLimits.perPerson} words: take one back first.`);
    },

    async unmute(viewerId, text) {
      await sql.query({
        name: 'unmute-word',
        text: 'DELETE FROM muted_word WHERE viewer_id = $1 AND phrase = $2',
        values: [viewerId, readPhrase(text)],
      });
    },

    hiddenReposters,
    mutedIn: (said, viewerIds) => mutedIn(sql, said, viewerIds),

    async hideReposts(viewerId, person, isHidden) {
      const personId = decodeId('User', person);
      if (personId === null) throw validationError('userId', 'This is not the id of a person.');
      await retryConflicts(() =>
        sql.query({
          name: isHidden ? 'hide-reposts' : 'show-reposts',
          text: isHidden ? hideSqls.hide : hideSqls.show,
          values: [viewerId, personId],
        }),
      );
      if (!isHidden || (await hiddenReposters(viewerId)).includes(personId)) return personId;
      const most = wordLimits.hiddenReposters;
      throw validationError('userId', `You hide the reposts of ${most} people: show some of them first.`);
    },
  };
}
