import { type Member, signUpCast } from '@murmuration/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { sharedStory } from '../support/shared.ts';
import type { Story } from '../support/stack.ts';
import { selectionsByType } from './every-selection.ts';

let stack: Story;
let alice: Member;
let bob: Member;
let carol: Member;
beforeAll(async () => {
  stack = sharedStory();
  ({ alice, bob, carol } = await signUpCast(stack.graphUrl, ['alice', 'bob', 'carol']));
});

/** All the roads to a post, also the ones that select nothing but the id. */
const roads = `query ($id: ID!) {
  byId: post(id: $id) { id text }
  idOnly: post(id: $id) { id }
  node(id: $id) { id }
  whole: node(id: $id) { id ... on Post { text author { handle } } }
  nodes(ids: [$id]) { id }
}`;
const nothing = { byId: null, idOnly: null, node: null, whole: null, nodes: [null] };

async function sees(viewer: Member, id: string) {
  const { data, errors } = await viewer.send<typeof nothing>(roads, { id });
  expect(errors).toEqual([]);
  return data;
}

describe('what does not exist for a viewer', () => {
  test('a post of someone who blocked them, whatever road they take', async () => {
    const post = await bob.post('Not for Alice, in a minute');
    expect(await sees(alice, post)).toMatchObject({
      node: { id: post },
      whole: { text: expect.any(String) },
    });
    await bob.block(alice);
    expect(await sees(alice, post)).toEqual(nothing);
    expect(await sees(carol, post)).toMatchObject({ node: { id: post } });
    const profile = await alice.send(
      `query ($id: ID!, $handle: String!) {
      node(id: $id) { id } user(handle: $handle) { handle } }`,
      { id: bob.id, handle: bob.handle },
    );
    expect(profile).toMatchObject({ data: { node: null, user: null }, errors: [] });
  });

  test('a followers-only post, until they follow', async () => {
    const post = await carol.post('Friends only', { visibility: 'FOLLOWERS' });
    expect(await sees(alice, post)).toEqual(nothing);
    await alice.follow(carol);
    expect(await sees(alice, post)).toMatchObject({ idOnly: { id: post }, nodes: [{ id: post }] });
  });

  test('a deleted post, for its author too; its thread keeps its shape', async () => {
    const parent = await carol.post('I should not have said that');
    const reply = await alice.post('Too late', { replyToId: parent });
    await carol.ask(
      `mutation ($id: ID!) { deletePost(input: { postId: $id }) { deletedPostId errors { message } } }`,
      {
        id: parent,
      },
    );
    expect(await sees(carol, parent)).toEqual(nothing);
    expect(
      await alice.ask(
        `query ($id: ID!) { post(id: $id) { isReply replyTo { id } thread { ancestors { post { id } missing } } } }`,
        { id: reply },
      ),
    ).toEqual({
      post: { isReply: true, replyTo: null, thread: { ancestors: [{ post: null, missing: 'DELETED' }] } },
    });
  });

  test('a post that mentions somebody else only', async () => {
    const post = await carol.post(`Psst @${alice.handle}`, { visibility: 'MENTIONED' });
    expect(await sees(alice, post)).toMatchObject({ node: { id: post } });
    expect(await sees(bob, post)).toEqual(nothing);
  });

  test('is no node, whatever is selected of it and whatever it is', async () => {
    const { dave, erin } = await signUpCast(stack.graphUrl, ['dave', 'erin']);
    const blocked = await erin.post('Not for Dave');
    const deleted = await dave.post('Forget it');
    await dave.ask(`mutation ($id: ID!) { deletePost(input: { postId: $id }) { deletedPostId } }`, {
      id: deleted,
    });
    await erin.block(dave);
    const { createList } = await erin.ask<{ createList: { list: { id: string } } }>(
      `mutation { createList(input: { name: "Mine", isPrivate: true }) { list { id } } }`,
    );
    const nobody = '0'.repeat(10);
    const hidden: Record<string, string[]> = {
      Post: [blocked, deleted, `pst_${nobody}7`],
      Thread: [blocked, deleted, `pst_${nobody}7`].map((id) => id.replace('pst_', 'thr_')),
      User: [erin.id, `usr_${nobody}7`],
      List: [createList.list.id, `lst_${nobody}7`],
    };
    const selections = await selectionsByType(dave);
    // Every hashtag is there, used or not: nothing of them is hidden but posts.
    expect([...Object.keys(hidden), 'Hashtag'].sort()).toEqual([...selections.keys()].sort());
    for (const [type, ids] of Object.entries(hidden)) {
      const plain = ['__typename', 'id', '... on Node { __typename }'];
      for (const selection of [...plain, ...(selections.get(type) ?? [])]) {
        const query = `query ($id: ID!, $ids: [ID!]!) { node(id: $id) { ${selection} } nodes(ids: $ids) { ${selection} } }`;
        const answer = await dave.send(query, { id: ids[0], ids });
        expect([selection, answer]).toMatchObject([
          selection,
          { data: { node: null, nodes: ids.map(() => null) }, errors: [] },
        ]);
      }
    }
  });

  test('what is no id at all is an error in its place only', async () => {
    const query = '{ nodes(ids: ["usr_nonsense", "ALICE"]) { id } }'.replace('ALICE', alice.id);
    expect(await alice.send(query, {})).toMatchObject({
      data: { nodes: [null, { id: alice.id }] },
      errors: [{ path: ['nodes', 0], extensions: { code: 'BAD_USER_INPUT' } }],
    });
  });

  test('an id that nobody has', async () => {
    expect(await sees(alice, `pst_${'0'.repeat(10)}7`)).toEqual(nothing);
  });
});
