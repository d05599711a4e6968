import { encodeId } from '@murmuration/ids';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { at, cast, createWorld, type Name, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(() => world.people.clear());

interface Page {
  edges: { cursor: string; repostedAt: string | null; node: { text: string } | null }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

describe("a profile's tabs", () => {
  const tab = async (viewer: Name | null, args: string, author: Name = 'bob') => {
    const id = encodeId('User', cast[author]);
    const answer = await world.run(
      viewer,
      `{ _entities(representations: [{ __typename: "User", id: "${id}" }]) { ... on User {
        posts(${args}) { edges { cursor repostedAt node { text } } pageInfo { hasNextPage endCursor } } } } }`,
    );
    const page = at(answer, '_entities.0.posts') as Page;
    return { codes: answer.codes, page, texts: page.edges.map(({ node }) => node?.text ?? null) };
  };

  it('leave out replies to others or put reposts in, each at its time, in pages', async () => {
    const alices = await world.say('alice', "alice's");
    const own = await world.say('bob', 'own');
    await world.act('bob', 'createRepost', alices);
    await world.say('bob', { text: 'to alice', replyToId: alices });
    await world.say('bob', { text: 'to myself', replyToId: own });
    const hidden = await world.say('carol', "carol's");
    await world.act('bob', 'createRepost', hidden);
    const gone = await world.say('dave', 'gone');
    await world.act('bob', 'createRepost', gone);
    await world.act('dave', 'deletePost', gone);

    expect((await tab(null, 'first: 9')).texts).toEqual(['to myself', 'to alice', 'own']);
    expect((await tab(null, 'first: 9, replies: false')).texts).toEqual(['to myself', 'own']);
    const all = await tab(null, 'first: 9, reposts: true');
    expect(all.texts).toEqual(["carol's", 'to myself', 'to alice', "alice's", 'own']);
    expect(all.page.edges.map(({ repostedAt }) => typeof repostedAt)).toEqual([
      'string',
      'object',
      'object',
      'string',
      'object',
    ]);
    const walked: (string | null)[] = [];
    for (let after = ''; ; ) {
      const { page, texts } = await tab(null, `first: 2, reposts: true${after}`);
      walked.push(...texts);
      if (!page.pageInfo.hasNextPage) break;
      after = `, after: "${page.pageInfo.endCursor}"`;
    }
    expect(walked).toEqual(all.texts);
    expect((await tab(null, 'last: 2, reposts: true, replies: false')).texts).toEqual(["alice's", 'own']);
    world.people.block('carol', 'dave');
    expect((await tab('dave', 'first: 9, reposts: true')).texts).toEqual(all.texts.slice(1));
  });

  it('tell no repost of a private account, nor one of whom nobody can say who they are', async () => {
    const post = await world.say('alice', 'to be shown');
    await world.act('carol', 'createRepost', post);
    world.people.makePrivate('carol', 'bob');
    expect((await tab('dave', 'first: 1, reposts: true', 'carol')).texts).toEqual([]);
    expect((await tab('bob', 'first: 1, reposts: true', 'carol')).texts).toEqual(['to be shown']);
  });
});
