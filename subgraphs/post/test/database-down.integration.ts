import { createGate, type Gate } from '@murmuration/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld, type World } from './world.ts';

let world: World;
let gate: Gate;
beforeAll(async () => {
  world = await createWorld({
    async databaseUrl(url) {
      gate = await createGate(url);
      return gate.url;
    },
  });
});
afterAll(async () => {
  await world.close();
  await gate.close();
});

const query = `query ($id: ID!) { post(id: $id) { text likeCount viewerHasLiked }
  hashtag(tag: "outage") { posts(last: 1) { edges { node { id } } } } }`;

it('says that it cannot answer now, and answers once the database is back', async () => {
  const id = await world.say('bob', 'Hello #outage');
  const read = () => world.run('alice', query, { id });
  const reply = { text: 'Only once', replyToId: id, idempotencyKey: 'outage' };
  const before = await read();
  await gate.cut();
  // At first connections break, later there are none to be had.
  for (let attempt = 0; attempt < 3; attempt++) {
    expect(await read()).toMatchObject({
      data: { post: null },
      codes: ['DOWNSTREAM_ERROR', 'DOWNSTREAM_ERROR'],
    });
    expect(await world.attempt('bob', reply)).toEqual({ id: null, errors: ['DOWNSTREAM_ERROR'] });
    expect(await world.act('alice', 'likePost', id)).toEqual(['DOWNSTREAM_ERROR']);
  }
  await gate.mend();
  expect(await read()).toEqual(before);
  const replied = await world.attempt('bob', reply);
  expect(replied).toMatchObject({ errors: [] });
  expect(await world.attempt('bob', reply)).toEqual(replied);
});
