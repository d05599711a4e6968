import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createGraphClient, type Member, signUpCast } from '@murmuration/testing';
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery, printSchema } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openProjectionLock, type ProjectionLock } from '../support/projection-lock.ts';
import { sharedStory } from '../support/shared.ts';
import type { Story } from '../support/stack.ts';
import { createApolloStore } from './apollo.ts';
import { type App, createApp } from './app.ts';
import { createRoad, type Road, type StoreClient } from './client.ts';
import { type Home, operations, type Row, rowsOf } from './operations.ts';
import { compileForRelay, createRelayStore } from './relay.ts';
import { createUrqlStore } from './urql.ts';

const followed = ['bob', 'carol', 'dan', 'eve'] as const;
/** One for each app to follow. */
const strangers = ['fay', 'gus', 'hal'] as const;
type Name = 'alice' | (typeof followed)[number] | (typeof strangers)[number];

const pageSize = 5;
const pagesBack = 5;
/** Posts of each person before anybody looks: more than the pages hold. */
const rounds = 8;

let story: Story;
let lock: ProjectionLock;
let folder: string;
let cast: Record<Name, Member>;
/**
 * Three devices of one person: what is done on one of them has to reach the other two by what they are told, and all three
 * have to show what that person's home is.
 */
let apps: [apollo: App, urql: App, relay: App];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'three-clients-'));
  story = sharedStory();
  lock = await openProjectionLock(story.databaseUrls.timeline);
  cast = await signUpCast(story.graphUrl, ['alice', ...followed, ...strangers]);
  const schema = await createGraphClient(story.graphUrl).ask<IntrospectionQuery>(getIntrospectionQuery());
  const artifacts = await compileForRelay(folder, printSchema(buildClientSchema(schema)));
  const appOf = async (createStore: (road: Road) => StoreClient): Promise<App> => {
    await cast.alice.signInAgain();
    const road = createRoad(story.graphUrl, cast.alice.accessToken);
    return createApp(createStore(road), road);
  };
  apps = [
    await appOf((road) => createApolloStore(road, schema)),
    await appOf((road) => createUrqlStore(road, schema)),
    await appOf((road) => createRelayStore(road, artifacts)),
  ];
  await cast.alice.signInAgain();
});
afterAll(async () => {
  await Promise.all((apps ?? []).map((app) => app.close()));
  await lock?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The home as the API gives it, to somebody who reads it for the first time. */
async function walk(): Promise<Row[]> {
  const rows: Row[] = [];
  for (let after: string | null = null; ; ) {
    const home: Home = await cast.alice.ask<Home>(operations.HomeQuery, { first: 20, after });
    rows.push(...rowsOf(home));
    const { endCursor, hasNextPage } = home.homeTimeline.pageInfo;
    if (!hasNextPage) return rows;
    after = endCursor;
  }
}

const each = <T>(of: (app: App) => T): Record<string, T> =>
  Object.fromEntries(apps.map((app) => [app.name, of(app)]));

/** All apps show the beginning of the same list, and that is what the API gives. */
async function allShowTheSame(because: string): Promise<void> {
  await expect
    .poll(
      async () => {
        const rows = await walk();
        return apps.map((app) => {
          const shown = app.shown();
          return { [app.name]: difference(shown, rows.slice(0, Math.max(shown.length, 1))) };
        });
      },
      { message: because },
    )
    .toEqual(apps.map(({ name }) => ({ [name]: null })));
}

/** Null for none; else what is shown, and what should be. */
function difference(shown: Row[], expected: Row[]): { shown: Row[]; expected: Row[] } | null {
  return JSON.stringify(shown) === JSON.stringify(expected) ? null : { shown, expected };
}

const rowOf = (app: App, id: string) => app.shown().find((row) => row.id === id);

test('three stores show one list, whatever happens to it and on whichever of them', async () => {
  const { alice, bob, fay } = cast;
  await Promise.all(followed.map((name) => alice.follow(cast[name])));
  const said: { by: Name; id: string }[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const by of ['alice', ...followed, ...strangers] as const)
      said.push({ by, id: await cast[by].post(`${by} says ${round}`) });
  }
  const idsOf = (by: Name) => said.flatMap((post) => (post.by === by ? post.id : []));
  await expect.poll(async () => (await walk()).length).toBe(rounds * (1 + followed.length));

  // Back five pages, while others post.
  await Promise.all(apps.map((app) => app.open(pageSize)));
  for (let page = 1; page <= pagesBack; page++) {
    await bob.post(`while page ${page} is read`);
    await Promise.all(apps.map((app) => app.loadOlder()));
  }
  await expect
    .poll(() => each((app) => app.shown().length))
    .toEqual(each(() => (1 + pagesBack) * pageSize + pagesBack));
  await allShowTheSame('after five pages');

  // A stream says neither that it has begun nor where: something has to happen that it tells.
  for (const app of apps) app.watchShown();
  let isLiked = false;
  await expect
    .poll(async () => {
      isLiked = !isLiked;
      const [newest = ''] = idsOf('eve').slice(-1);
      await bob.ask(
        `mutation ($id: ID!) { ${isLiked ? 'likePost' : 'unlikePost'}(input: { postId: $id }) { errors { message } } }`,
        { id: newest },
      );
      await alice.ask(
        'mutation ($bio: String) { updateProfile(input: { bio: $bio }) { errors { message } } }',
        {
          bio: `likes ${isLiked}`,
        },
      );
      return each((app) => app.heard().length);
    })
    .toEqual(each(() => 3));
  await allShowTheSame('after others liked');

  for (const [index, app] of apps.entries()) {
    const [liked = ''] = idsOf('bob').slice(-1 - index);
    await app.act('LikeMutation', liked);
    expect([app.name, rowOf(app, liked)]).toMatchObject([app.name, { likeCount: 1, viewerHasLiked: true }]);
  }
  await allShowTheSame('after each liked a post');

  for (const [index, app] of apps.entries()) {
    const stranger = cast[strangers[index] ?? 'fay'];
    // The others are told before the timelines know of it, and once: only the position has them wait for its posts.
    await lock.hold();
    const acted = app.act('FollowMutation', stranger.id);
    await expect.poll(() => each((other) => other.isReading())).toEqual(each(() => true));
    await lock.release();
    await acted;
    const theirs = app.shown().filter(({ author }) => author === stranger.id);
    expect([app.name, theirs.length > 0, theirs.every((row) => row.isFollowing)]).toEqual([
      app.name,
      true,
      true,
    ]);
    await allShowTheSame(`after ${app.name} followed somebody`);
  }

  await fay.post('good to meet you');
  await allShowTheSame('after a new post');

  for (const app of apps) app.goOffline();
  const before = each((app) => app.shown());
  const gone = await bob.post('said and taken back');
  await bob.post('you missed this');
  for (const id of [gone, ...idsOf('bob').slice(-1)])
    await bob.ask('mutation ($id: ID!) { deletePost(input: { postId: $id }) { errors { message } } }', {
      id,
    });
  await bob.ask('mutation ($id: ID!) { likePost(input: { postId: $id }) { errors { message } } }', {
    id: idsOf('carol').at(-1),
  });
  expect(each((app) => app.shown())).toEqual(before);
  for (const app of apps) app.goOnline();
  await allShowTheSame('after a time offline');

  for (const [index, app] of apps.entries()) {
    const [mine = ''] = idsOf('alice').slice(-1 - index);
    expect([app.name, rowOf(app, mine)?.id]).toEqual([app.name, mine]);
    await app.act('DeleteMutation', mine);
    expect([app.name, rowOf(app, mine)]).toEqual([app.name, undefined]);
  }
  await allShowTheSame('after each deleted a post');

  for (const [index, app] of apps.entries()) {
    const { id } = cast[(['carol', 'dan', 'gus'] as const)[index] ?? 'carol'];
    const theirs = () => app.shown().filter(({ author }) => author === id).length;
    expect([app.name, theirs()]).not.toEqual([app.name, 0]);
    await app.act('BlockMutation', id);
    expect([app.name, theirs()]).toEqual([app.name, 0]);
  }
  await allShowTheSame('after each blocked somebody');

  await Promise.all(
    apps.map(async (app) => {
      while (app.hasOlder()) await app.loadOlder();
    }),
  );
  await allShowTheSame('at the end of the list');
  const rows = await walk();
  expect(each((app) => app.shown())).toEqual(each(() => rows));
  expect(each((app) => app.failures)).toEqual(each(() => []));
});
