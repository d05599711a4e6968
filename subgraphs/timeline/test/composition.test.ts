import { readFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { loadSupergraph } from '../../../gateway/src/supergraph/schema/supergraph.ts';
import { contractsOf } from '../../../gateway/src/subscriptions/contracts.ts';
import { subgraphNames } from '../../../packages/dev/src/processes.ts';
import { composeSubgraphs, withoutAccessRules } from '@murmuration/registry';
import { parse, printSchema } from 'graphql';
import { expect, test } from 'vitest';

const subgraphs = subgraphNames.map((name) => ({
  name,
  url: `http://${name}.test/graphql`,
  sdl: readFileSync(new URL(`../../${name}/schema.graphql`, import.meta.url), 'utf8'),
}));
/** Every subscription of every subgraph, with whatever else composition says of it. */
const resumable = [
  'homeTimelineUpdates',
  'listUpdates',
  'notificationReceived',
  'postUpdates',
  'threadUpdates',
  'viewerUpdates',
].map(
  (field) =>
    new RegExp(`${field}\\([^)]*\\): LiveEvent! [^\n]*@resumable\\(after: "after", cursor: "cursor"\\)`),
);

test('@resumable is in the supergraph that our composition makes', () => {
  const composition = composeSubgraphs(subgraphs);
  if (composition.status === 'failed') throw new Error(JSON.stringify(composition.errors));
  for (const field of resumable) expect(composition.supergraphSdl).toMatch(field);
});

test('and in that of the reference implementation', () => {
  const { errors, supergraphSdl } = composeServices(
    subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })),
  );
  expect(errors).toBeUndefined();
  for (const field of resumable) expect(supergraphSdl).toMatch(field);
});

/** What an event's audience may share. Whoever adds a field here has asked: does everybody see the same? */
const same = {
  Post: 'author createdAt id isReply likeCount poll quoteCount ref replyCount repostCount text visibility',
  Poll: 'endsAt hasEnded isMultipleChoice options voterCount',
  PollOption: 'index text',
  User: 'bio createdAt displayName followerCount followingCount handle id isPrivate postCount',
};

test('only what does not depend on the viewer is the same for an audience, in the supergraphs of both', () => {
  const ours = composeSubgraphs(subgraphs);
  const theirs = composeServices(
    subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })),
  );
  const found = [ours.status === 'failed' ? '' : ours.supergraphSdl, theirs.supergraphSdl ?? ''].map((sdl) =>
    Object.fromEntries(
      Map.groupBy(contractsOf(sdl).sameForAudience, (field) => field.split('.')[0] ?? '')
        .entries()
        .map(([type, fields]) => [
          type,
          fields
            .map((field) => field.split('.')[1])
            .toSorted()
            .join(' '),
        ]),
    ),
  );
  expect(found).toEqual([same, same]);
});

test('the gateway refuses to serve who may ask what, and takes the same graph without; theirs and ours', () => {
  const ours = composeSubgraphs(subgraphs);
  if (ours.status === 'failed') throw new Error(JSON.stringify(ours.errors));
  const theirs = composeServices(
    subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })),
  );
  for (const sdl of [ours.supergraphSdl, theirs.supergraphSdl ?? '']) {
    expect(() => loadSupergraph(sdl)).toThrow(/(?:authenticated|requiresScopes).* for SECURITY/);
    const stripped = withoutAccessRules(sdl);
    expect(stripped).not.toContain('authenticated');
    expect(printSchema(loadSupergraph(stripped).apiSchema)).toContain('type Viewer');
    // Nothing to strip: not a word is changed.
    expect(withoutAccessRules(stripped)).toBe(stripped);
  }
});
