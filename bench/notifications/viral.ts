import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
// By path: the bench is no part of these, and they offer their insides to nobody else.
import { createPostDatabase } from '../../prisma/src/clients/post.ts';
import { createImportService } from '../../subgraphs/post/src/import/service.ts';
import { decodeId, idAt } from '../../packages/ids/src/index.ts';
import type { BenchTown, Person } from '../town.ts';
import { type Freshness, freshnessOf } from './freshness.ts';

const batch = 500;
const postsASecond = 4;

export interface Viral {
  likes: number;
  /** In which they were written, and after which the last of them was in the notification, in seconds. */
  seconds: number;
  caughtUpSeconds: number;
  /** Of posts by others, and of notifications: while nothing else happens, and meanwhile. */
  before: Freshness;
  meanwhile: Freshness;
  /** Notifications that tell of the likes, and whom they count. */
  groups: number;
  counted: number;
}

/**
 * One post of a person is liked by very many within a while, as events of `post` that go all the way, while others write posts.
 * The last who like it are people of the town.
 */
export async function goViral(
  town: BenchTown,
  author: Person,
  { likes, seconds }: { likes: number; seconds: number },
): Promise<Viral> {
  const { post: postUrl, timeline: timelineUrl } = town.stack.databaseUrls;
  const database = createPostDatabase({ url: postUrl, poolSize: 1, applicationName: 'bench' });
  const timeline = new pg.Client({ connectionString: timelineUrl });
  await timeline.connect();
  const others = town.people.filter(({ id }) => id !== author.id);
  const talk = startTalking(town, others);
  try {
    const quiet = await freshnessOf(town.stack);
    await sleep(Math.min(seconds, 30) * 1_000);
    const before = (await freshnessOf(town.stack)).since(quiet);

    const postId = await say(town, author, 'What everybody will like');
    const { importLikes } = createImportService(database, async () => new Map());
    const start = await freshnessOf(town.stack);
    const startedMs = performance.now();
    let made = 0;
    for (let from = 0; from < likes; from += batch) {
      await sleep(Math.max(0, startedMs + (seconds * 1_000 * from) / likes - performance.now()));
      const isLast = from + batch >= likes;
      made += await importLikes(
        Array.from({ length: Math.min(batch, likes - from) }, (_, index) => ({
          id: idAt(Date.now()) + BigInt(index),
          personId: (isLast && others[index]?.id) || BigInt(from + index + 1),
          postId,
        })),
      );
    }
    const writtenMs = performance.now();
    const told = await untilTold(timeline, { author, postId, likes: made });
    const caughtUpSeconds = (performance.now() - writtenMs) / 1_000;
    const meanwhile = (await freshnessOf(town.stack)).since(start);
    return {
      likes: made,
      seconds: (writtenMs - startedMs) / 1_000,
      caughtUpSeconds,
      before,
      meanwhile,
      ...told,
    };
  } finally {
    await talk.stop();
    await timeline.end();
    await database.$disconnect();
  }
}

/** Lets people write posts, a few a second, until it is stopped. */
function startTalking(town: BenchTown, people: readonly Person[]) {
  const stopping = new AbortController();
  async function talk(): Promise<void> {
    for (let number = 0; !stopping.signal.aborted; number++) {
      const person = people[number % people.length];
      if (person) await say(town, person, `Meanwhile, ${number}`);
      await sleep(1_000 / postsASecond, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }
  const talking = talk();
  return {
    async stop() {
      stopping.abort();
      await talking;
    },
  };
}

/** @returns the post's id */
async function say({ stack }: BenchTown, { token }: Person, text: string): Promise<bigint> {
  const query =
    'mutation ($text: String!) { createPost(input: { text: $text }) { post { id } errors { message } } }';
  const answer = await fetch(`${stack.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables: { text } }),
  });
  const { data } = (await answer.json()) as { data?: { createPost: { post: { id: string } | null } } };
  const id = decodeId('Post', data?.createPost.post?.id ?? '');
  if (id === null) throw new Error('a post was not written');
  return id;
}

async function untilTold(
  timeline: pg.Client,
  { author, likes, postId }: { author: Person; postId: bigint; likes: number },
): Promise<Pick<Viral, 'groups' | 'counted'>> {
  for (;;) {
    const { rows } = await timeline.query<{ groups: number; counted: number }>(
      `SELECT count(*)::int AS groups, coalesce(sum(actor_count), 0)::int AS counted
       FROM notification WHERE recipient_id = $1 AND kind = 'like' AND post_id = $2`,
      [String(author.id), String(postId)],
    );
    const [row] = rows;
    // Some of the town had liked it before.
    if (row && row.counted >= likes) return row;
    await sleep(100);
  }
}

const tables = ['notification', 'notification_act', 'post_ref'];
/** Backends that have nothing to do tell what they read within so long. */
const statisticsMs = 12_000;

/** Rows of the tables of notifications that were read so far. */
export async function rowsRead({ stack }: BenchTown): Promise<number> {
  await sleep(statisticsMs);
  const client = new pg.Client({ connectionString: stack.databaseUrls.timeline });
  await client.connect();
  try {
    const { rows } = await client.query<{ rows: string }>(
      `SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) AS rows FROM pg_stat_user_tables
       WHERE relname ~ ('^(' || array_to_string($1::text[], '|') || ')')`,
      [tables],
    );
    return Number(rows[0]?.rows ?? 0);
  } finally {
    await client.end();
  }
}
