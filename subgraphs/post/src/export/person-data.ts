import type { PostDatabase } from '@murmuration/prisma/post';
import {
  createPersonData,
  type PersonPart,
  type PersonRow,
  type ReadPersonData,
} from '@murmuration/service-kit/subgraph';

/** What somebody said and did here, for an export of their account. What they took back is not theirs to have any more. */
export const postParts: readonly [PersonPart, ...PersonPart[]] = [
  {
    name: 'posts',
    about: 'What you wrote and did not delete.',
    from: 'post p',
    where: 'p.author_id = $1 AND p.deleted_at IS NULL',
    key: [['p.id', 'bigint']],
    fields: {
      id: 'p.id::text',
      createdAt: 'p.id::text',
      text: 'p.text',
      visibility: 'p.visibility',
      replyTo: 'p.reply_to_id::text',
      quoted: 'p.quoted_id::text',
      mentioned: 'to_jsonb(p.mentioned_ids::text[])',
    },
    ids: { id: 'Post', replyTo: 'Post', quoted: 'Post', mentioned: 'User' },
    times: ['createdAt'],
  },
  {
    name: 'polls',
    about: 'What you asked with posts that you did not delete.',
    from: 'poll q JOIN post p ON p.id = q.post_id',
    where: 'p.author_id = $1 AND p.deleted_at IS NULL',
    key: [['p.id', 'bigint']],
    fields: {
      post: 'p.id::text',
      options: 'to_jsonb(q.options)',
      isMultipleChoice: 'q.is_multiple',
      endsAt: 'q.ends_at',
    },
    ids: { post: 'Post' },
  },
  {
    name: 'votes',
    about: 'What you chose in polls, by the places of the options, from 0.',
    from: 'poll_vote v',
    // Authors take part in their own without a choice.
    where: 'v.voter_id = $1 AND cardinality(v.choices) > 0',
    key: [['v.post_id', 'bigint']],
    fields: { post: 'v.post_id::text', choices: 'to_jsonb(v.choices)' },
    ids: { post: 'Post' },
  },
  {
    name: 'likes',
    about: 'What you like.',
    from: 'post_like l',
    where: 'l.user_id = $1 AND l.active',
    key: [['l.post_id', 'bigint']],
    fields: { post: 'l.post_id::text', likedAt: 'l.id::text' },
    ids: { post: 'Post' },
    times: ['likedAt'],
  },
  {
    name: 'reposts',
    about: 'What you reposted.',
    from: 'repost r',
    where: 'r.author_id = $1 AND r.active',
    key: [['r.original_id', 'bigint']],
    fields: { post: 'r.original_id::text', repostedAt: 'r.id::text' },
    ids: { post: 'Post' },
    times: ['repostedAt'],
  },
  {
    name: 'likes-visibility',
    about: 'Whether others see what you like; nobody does where you never said so.',
    from: 'shown_likes s',
    where: 's.author_id = $1',
    key: [['s.author_id', 'bigint']],
    fields: { isShown: 's.is_shown' },
  },
];

export function createPostPersonData(
  database: PostDatabase,
  limits?: { rowsAtOnce: number },
): ReadPersonData {
  const query = (text: string, values: string[]) => database.$queryRawUnsafe<PersonRow[]>(text, ...values);
  return createPersonData(postParts, query, limits);
}
