import { encodeId } from '@murmuration/ids';
import type { relationBits } from '@murmuration/relationships';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, cast, createWorld, type Name, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const names = Object.keys(cast) as Name[];
const viewers: (Name | null)[] = [...names, null];

interface Said {
  id: string;
  author: Name;
  visibility: string;
  /** Whom it is for beside those: whom it names, and whom it answers. */
  named: Name[];
}

/** What the town knows of itself: pairs are `who whom`. */
function createTown() {
  const pairs = { follow: new Set<string>(), block: new Set<string>(), mute: new Set<string>() };
  const people = { private: new Set<Name>(), suspended: new Set<Name>() };
  const posts = new Map<string, Said>();
  const is = (kind: keyof typeof pairs, a: Name | null, b: Name) => pairs[kind].has(`${a} ${b}`);

  return {
    pairs,
    people,
    posts,
    is,
    /** Whether a post exists for a viewer, as a person would say it. */
    isSeen(viewer: Name | null, { author, named, visibility }: Said): boolean {
      if (viewer === author) return true;
      if (people.suspended.has(author)) return false;
      if (is('block', viewer, author) || (viewer !== null && is('block', author, viewer))) return false;
      if (viewer !== null && named.includes(viewer)) return true;
      if (visibility === 'MENTIONED') return false;
      const isForAll = visibility === 'PUBLIC' && !people.private.has(author);
      return isForAll || is('follow', viewer, author);
    },
    /** Tells `user`'s part to the subgraph. */
    tell(): void {
      for (const viewer of viewers) {
        for (const author of names) {
          const bits: [keyof typeof relationBits, boolean][] = [
            ['self', viewer === author],
            ['viewerFollows', is('follow', viewer, author)],
            ['viewerBlocks', is('block', viewer, author)],
            ['blocksViewer', viewer !== null && is('block', author, viewer)],
            ['viewerMutes', is('mute', viewer, author)],
            ['authorPrivate', people.private.has(author)],
            ['authorSuspended', people.suspended.has(author)],
          ];
          world.people.relate(viewer, author, ...bits.flatMap(([bit, isSet]) => (isSet ? [bit] : [])));
        }
      }
    },
  };
}
type Town = ReturnType<typeof createTown>;

const kinds = [
  ...(['say', 'say', 'reply', 'reply', 'quote', 'quote', 'quote', 'delete'] as const),
  ...(['follow', 'follow', 'unfollow', 'block', 'block', 'unblock'] as const),
  ...(['mute', 'private', 'private', 'public', 'suspend', 'pardon'] as const),
];
interface Act {
  kind: (typeof kinds)[number];
  who: Name;
  whom: Name;
  what: number;
  visibility: string;
}
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...kinds),
    who: fc.constantFrom(...names),
    whom: fc.constantFrom(...names),
    what: fc.nat(1_000),
    visibility: fc.constantFrom('PUBLIC', 'PUBLIC', 'FOLLOWERS', 'MENTIONED'),
  }),
  { minLength: 20, maxLength: 40, size: 'max' },
);

async function say(town: Town, tag: string, { who, whom, visibility, what, kind }: Act): Promise<void> {
  const posts = [...town.posts.values()];
  const about = posts[what % Math.max(posts.length, 1)];
  const names = what % 3 === 0;
  const { id } = await world.attempt(who, {
    text: `${names ? `@${whom} ` : ''}words #${tag}`,
    visibility,
    ...(kind === 'reply' && about ? { replyToId: about.id } : {}),
    ...(kind === 'quote' && about ? { quotedId: about.id } : {}),
  });
  // What may not be answered or quoted was refused.
  if (id === null) return;
  const answer = await world.run(who, 'query ($id: ID!) { post(id: $id) { visibility } }', { id });
  // Somebody who does not exist for the writer is not named, whatever the text says.
  const exists = !town.people.suspended.has(whom) && !town.is('block', whom, who);
  const visibilityNow = String(at(answer, 'post.visibility'));
  // What is not for everyone is for whom it answers as well.
  const isForAnswered = kind === 'reply' && visibilityNow !== 'PUBLIC';
  const named = [...(names && exists ? [whom] : []), ...(isForAnswered && about ? [about.author] : [])];
  town.posts.set(id, { id, author: who, visibility: visibilityNow, named });
}

async function act(town: Town, tag: string, one: Act): Promise<void> {
  const { kind, who, whom } = one;
  const pair = `${who} ${whom}`;
  if (kind === 'say' || kind === 'reply' || kind === 'quote') await say(town, tag, one);
  else if (kind === 'delete') {
    const mine = [...town.posts.values()].filter(({ author }) => author === who);
    const gone = mine[one.what % Math.max(mine.length, 1)];
    if (gone && (await world.act(who, 'deletePost', gone.id)).length === 0) town.posts.delete(gone.id);
  } else if (kind === 'private') town.people.private.add(who);
  else if (kind === 'public') town.people.private.delete(who);
  else if (kind === 'suspend') town.people.suspended.add(who);
  else if (kind === 'pardon') town.people.suspended.delete(who);
  else if (who === whom) return;
  else if (kind === 'unfollow' || kind === 'unblock')
    town.pairs[kind === 'unfollow' ? 'follow' : 'block'].delete(pair);
  else {
    town.pairs[kind].add(pair);
    if (kind === 'block') for (const each of [pair, `${whom} ${who}`]) town.pairs.follow.delete(each);
  }
  town.tell();
}

const shown = '__typename id text';
const everyPath = `query ($posts: [_Any!]!, $people: [_Any!]!, $tag: String!) {
  posts: _entities(representations: $posts) { ... on Post { ${shown}
    quoted { ${shown} quoted { ${shown} } replyTo { ${shown} } }
    replyTo { ${shown} quoted { ${shown} } }
    thread { ancestors { post { ${shown} } } replies(first: 50) { edges { node { ${shown} quoted { ${shown} } } } } } } }
  people: _entities(representations: $people) { ... on User { posts(first: 50) { edges { node {
    ${shown} quoted { ${shown} } } } } } }
  hashtag(tag: $tag) { posts(first: 50) { edges { node { ${shown} } } } }
}`;

/** The ids of all posts in an answer, however deep. */
function idsIn(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  const own = '__typename' in value && value.__typename === 'Post' && 'id' in value ? [String(value.id)] : [];
  return [...own, ...Object.values(value).flatMap(idsIn)];
}

async function check(town: Town, tag: string, after: string): Promise<void> {
  const ids = [...town.posts.keys()];
  const variables = {
    tag,
    posts: ids.map((id) => ({ __typename: 'Post', id })),
    people: names.map((name) => ({ __typename: 'User', id: encodeId('User', cast[name]) })),
  };
  for (const viewer of viewers) {
    const answer = await world.run(viewer, everyPath, variables);
    const seen = new Set(
      [...town.posts.values()].filter((post) => town.isSeen(viewer, post)).map(({ id }) => id),
    );
    const hidden = idsIn(answer.data).filter((id) => !seen.has(id));
    expect(hidden, `shown to ${viewer} after ${after}`).toEqual([]);
    const found = (at(answer, 'posts') as ({ id: string } | null)[]).flatMap((post) => post?.id ?? []);
    expect(new Set(found), `by their ids, for ${viewer} after ${after}`).toEqual(seen);
    const suggested = idsIn(at(answer, 'hashtag')).map((id) => town.posts.get(id)?.author);
    const muted = suggested.filter(
      (author) => author && author !== viewer && town.is('mute', viewer, author),
    );
    expect(muted, `muted, and suggested to ${viewer} after ${after}`).toEqual([]);
  }
}

let towns = 0;

test('after each block, mute, privacy change and deletion nothing hidden shows: not as itself, quoted, answered or in a list', async () => {
  let quotes = 0;
  await fc.assert(
    fc.asyncProperty(acts, async (all) => {
      const town = createTown();
      town.tell();
      await world.database.$executeRaw`DELETE FROM post`;
      const tag = `town${++towns}`;
      for (const one of all) {
        await act(town, tag, one);
        await check(town, tag, one.kind);
      }
      quotes += await world.database.post.count({ where: { quotedId: { not: null } } });
    }),
    { numRuns: 5, endOnFailure: true },
  );
  expect(quotes).toBeGreaterThan(0);
}, 120_000);
