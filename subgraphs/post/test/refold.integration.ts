import { afterAll, beforeAll, expect, it } from 'vitest';
import { foldingVersion, refoldTags } from '../src/hashtags/refold.ts';
import { at, createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const rename = (from: string, to: string) =>
  world.database.$executeRaw`UPDATE post_hashtag SET tag = ${to} WHERE tag = ${from}`;
const list = async (tag: string) => {
  const query = `query ($tag: String!) { hashtag(tag: $tag) { posts(first: 9) { edges { node { id } } } } }`;
  const edges = at(await world.run(null, query, { tag }), 'hashtag.posts.edges');
  return (edges as { node: { id: string } }[]).map(({ node }) => node.id);
};

it('posts listed as an earlier folding wrote their tags are found again, in rounds until none is left', async () => {
  const street = await world.say('alice', 'Auf der #Straße');
  const sigma = await world.say('bob', '#ΣΟΦΟΣ');
  const name = await world.say('carol', '#محمدﷺ');
  const gone = await world.say('dave', 'No more of #Gasse');
  await world.say('alice', '#untouched');
  await rename('strasse', 'straße');
  await rename('σοφοσ', 'σοφος');
  await rename('محمد', 'محمدصلى الله عليه وسلم');
  expect([await list('straße'), await list('σοφος'), await list('محمد')]).toEqual([[], [], []]);

  expect(await refoldTags(world.database)).toBe(3);
  expect([await list('STRASSE'), await list('σοφος'), await list('محمد')]).toEqual([
    [street],
    [sigma],
    [name],
  ]);
  await rename('gasse', 'gaße');
  expect(await refoldTags(world.database)).toBe(1);
  expect(await refoldTags(world.database)).toBe(0);
  expect(await world.database.hashtagFolding.findMany()).toMatchObject([{ version: foldingVersion }]);

  for (const post of [street, gone]) {
    await world.act(post === street ? 'alice' : 'dave', 'deletePost', post);
  }
  const tags = await world.database.postHashtag.findMany({ select: { tag: true } });
  expect(tags.map(({ tag }) => tag).sort()).toEqual(['untouched', 'σοφοσ', 'محمد']);
});
