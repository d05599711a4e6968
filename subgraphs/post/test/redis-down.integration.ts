import { setTimeout as sleep } from 'node:timers/promises';
import { createRedisProcess, type RedisProcess } from '@murmuration/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld, type World } from './world.ts';

let world: World;
let server: RedisProcess;
beforeAll(async () => {
  server = await createRedisProcess();
  world = await createWorld({ redisUrl: server.url });
});
afterAll(async () => {
  await world.close();
  await server.close();
});

/** Everything that ever asks Redis for something: relations and hints. */
async function everything() {
  const root = await world.say('bob', 'Hello @alice #outage');
  const reply = await world.say('alice', { text: 'Still here', replyToId: root });
  expect(await world.act('alice', 'likePost', root)).toEqual([]);
  const query = `query ($root: ID!, $reply: ID!) { root: post(id: $root) { text likeCount replyCount viewerHasLiked }
    reply: post(id: $reply) { replyTo { id } } hashtag(tag: "outage") { posts(last: 1) { edges { node { id } } } } }`;
  const { data, codes } = await world.run('alice', query, { root, reply });
  expect(codes).toEqual([]);
  expect(data).toMatchObject({
    root: { text: 'Hello @alice #outage', likeCount: 1, replyCount: 1, viewerHasLiked: true },
    reply: { replyTo: { id: root } },
  });
}

it('answers without Redis as with it, and uses it again when it is back', async () => {
  await everything();
  await server.kill();
  await everything();
  expect(world.redis.namespace()).toBeNull();
  await server.start();
  while (world.redis.namespace() === null) await sleep(10);
  await everything();
});
