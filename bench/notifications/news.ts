import type pg from 'pg';
import { applyNews } from '../../subgraphs/timeline/src/notification-ingest/apply.ts';
import type { NewsChange } from '../../subgraphs/timeline/src/notification-ingest/act.ts';
import type { BenchTown } from '../town.ts';

interface Post {
  id: bigint;
  author_id: bigint;
}

const notificationsEach = 24;

/** As the consumers do, without the feed: some answers to each reader, and likes of what they wrote. */
export async function notifyEverybody(pool: pg.Pool, { people }: Pick<BenchTown, 'people'>): Promise<void> {
  const posts = await livingPosts(pool);
  const authors = [...new Set(posts.map(({ author_id }) => author_id))];
  for (const { id } of people) {
    const others = posts.filter(({ author_id }) => author_id !== id).slice(-8 * notificationsEach);
    const answers = Array.from({ length: notificationsEach - 4 }, (_, index) =>
      answerTo(id, others[(index * 7) % others.length]),
    );
    const own = posts.filter(({ author_id }) => author_id === id).slice(-4);
    const likes = own.flatMap((post) => authors.slice(0, 12).map((author) => likeOf(post, author)));
    await commit(pool, [...answers.flat(), ...likes]);
  }
}

/** Many likes of one post, the last of them by people who are there. */
export async function notifyOfLikes(pool: pg.Pool, authorId: bigint, likes: number): Promise<void> {
  const posts = await livingPosts(pool);
  const post = posts.findLast(({ author_id }) => author_id === authorId) ?? {
    id: posts.at(-1)?.id ?? 0n,
    author_id: authorId,
  };
  const people = [...new Set(posts.map(({ author_id }) => author_id))].filter((id) => id !== authorId);
  for (let from = 0; from < likes; from += 500) {
    const isLast = from + 500 >= likes;
    await commit(
      pool,
      Array.from({ length: 500 }, (_, index) =>
        likeOf(post, isLast ? (people[index % people.length] ?? 0n) : BigInt(from + index + 1)),
      ),
    );
  }
}

async function livingPosts(pool: pg.Pool): Promise<Post[]> {
  const { rows } = await pool.query<Post>(
    `SELECT id, author_id FROM post_ref WHERE NOT is_deleted AND visibility = 'public' ORDER BY id`,
  );
  return rows;
}

function answerTo(personId: bigint, post: Post | undefined): NewsChange[] {
  if (!post) return [];
  const payload = {
    postId: String(post.id),
    authorId: String(post.author_id),
    text: '',
    replyToId: '1',
    replyToAuthorId: String(personId),
    rootId: '1',
    quotedId: null,
    quotedAuthorId: null,
    visibility: 'public',
    mentionedIds: [],
    isDeleted: false,
  };
  return [{ type: 'post.changed', version: 1n, payload } as unknown as NewsChange];
}

function likeOf({ author_id, id }: Post, userId: bigint): NewsChange {
  const payload = {
    userId: String(userId),
    postId: String(id),
    postAuthorId: String(author_id),
    active: true,
  };
  return { type: 'like.changed', version: 1n, payload } as unknown as NewsChange;
}

async function commit(pool: pg.Pool, changes: readonly NewsChange[]): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await applyNews(client, changes, { kind: 'feed', generation: 1_000_000n });
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}
