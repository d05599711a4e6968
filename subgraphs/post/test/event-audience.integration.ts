import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encodeId } from '@murmuration/ids';
import { createLogger } from '@murmuration/service-kit';
import { createAudienceVerifier, type EventGrant, signAudience } from '@murmuration/service-kit/subgraph';
import { Kind, parse, type TypeNode } from 'graphql';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { cast, createWorld, type Name, type World } from './world.ts';

const key = { id: 'k', ...generateKeyPairSync('ed25519') };
const keySet = JSON.stringify({
  keys: [{ ...key.publicKey.export({ format: 'jwk' }), kid: key.id, alg: 'EdDSA' }],
});
const issuer = createServer((_request, response) => response.end(keySet));
let world: World;
let stop: () => void;

beforeAll(async () => {
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  const audiences = createAudienceVerifier({
    issuer: 'timeline',
    url: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/`,
    logger: createLogger('test', 'silent'),
  });
  stop = audiences.stop;
  world = await createWorld({ audiences });
});
afterAll(async () => {
  stop();
  await world.close();
  issuer.close();
});
beforeEach(() => world.people.clear());

const authorId = (name: Name) => encodeId('User', cast[name]);
const tokenFor = (entity: string, changed: Partial<EventGrant> = {}) =>
  signAudience(key, 'timeline', '1', { entity, author: authorId('bob'), audience: 'followers', ...changed });

const types = new Map(
  parse(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8')).definitions.flatMap((type) =>
    type.kind === Kind.OBJECT_TYPE_DEFINITION ? [[type.name.value, type.fields ?? []] as const] : [],
  ),
);
const nameOf = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
/** The fields of a type that are said to be the same for an event's audience, by what a query selects of each. */
function same(type: string): string {
  const fields = (types.get(type) ?? []).filter(({ directives }) =>
    directives?.some(({ name }) => name.value === 'sameForAudience'),
  );
  return fields
    .map(({ name, type: of }) =>
      types.has(nameOf(of)) ? `${name.value} { ${same(nameOf(of))} }` : name.value,
    )
    .join(' ');
}
const query = `query ($id: ID!) { _entities(representations: [{ __typename: "Post", id: $id }]) { ... on Post { ${same('Post')} } } }`;
const read = async (viewer: Name | null, id: string, eventAudience?: string) =>
  (await world.run(viewer, query, { id }, eventAudience)).data as { _entities: [unknown] };

it('lets an anonymous reader see one post as its audience sees it, field by field', async () => {
  world.people.makePrivate('bob', 'alice');
  for (const visibility of ['PUBLIC', 'FOLLOWERS']) {
    const poll = { options: ['yes', 'no'], durationMinutes: 60 };
    const post = await world.say('bob', { text: `For some: ${visibility}`, visibility, poll });
    await world.run('alice', 'mutation ($id: ID!) { likePost(input: { postId: $id }) { post { id } } }', {
      id: post,
    });
    expect(await read(null, post)).toEqual({ _entities: [null] });
    const seen = await read(null, post, await tokenFor(post));
    expect(seen).toEqual(await read('alice', post));
    expect(seen._entities[0]).toMatchObject({ text: `For some: ${visibility}`, likeCount: 1 });
  }
});

it('grants that post alone, no more than its audience may see, and nothing that nobody may see', async () => {
  world.people.relate('alice', 'bob', 'viewerFollows');
  const [post, other, mentioned] = [
    await world.say('bob', { text: 'followers', visibility: 'FOLLOWERS' }),
    await world.say('bob', { text: 'another', visibility: 'FOLLOWERS' }),
    await world.say('bob', { text: '@carol alone', visibility: 'MENTIONED' }),
  ];
  const nothing = { _entities: [null] };
  expect(await read(null, other, await tokenFor(post))).toEqual(nothing);
  expect(await read(null, post, await tokenFor(post, { author: authorId('carol') }))).toEqual(nothing);
  expect(await read(null, post, await tokenFor(post, { audience: 'everyone' }))).toEqual(nothing);
  expect(await read(null, mentioned, await tokenFor(mentioned))).toEqual(nothing);
  expect(await read(null, post, `${await tokenFor(post)}x`)).toEqual(nothing);
  world.people.relate(null, 'bob', 'authorSuspended');
  expect(await read(null, post, await tokenFor(post))).toEqual(nothing);
});

it('grants a person nothing: they see what is theirs to see', async () => {
  const post = await world.say('bob', { text: 'followers', visibility: 'FOLLOWERS' });
  expect(await read('dave', post, await tokenFor(post))).toEqual({ _entities: [null] });
});
