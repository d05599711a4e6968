import { readFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { composeSubgraphs } from '@murmuration/registry';
import { parse } from 'graphql';
import { expect, test } from 'vitest';

const subgraphs = ['user', 'post', 'timeline'].map((name) => ({
  name,
  url: `http://${name}.test/graphql`,
  sdl: readFileSync(new URL(`../../${name}/schema.graphql`, import.meta.url), 'utf8'),
}));
const resumable =
  /homeTimelineUpdates\(after: String\): LiveEvent! @resumable\(after: "after", cursor: "cursor"\)/;

test('@resumable is in the supergraph that our composition makes', () => {
  const composition = composeSubgraphs(subgraphs);
  if (composition.status === 'failed') throw new Error(JSON.stringify(composition.errors));
  expect(composition.supergraphSdl).toMatch(resumable);
});

test('and in that of the reference implementation', () => {
  const { errors, supergraphSdl } = composeServices(
    subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })),
  );
  expect(errors).toBeUndefined();
  expect(supergraphSdl).toMatch(resumable);
});
