import { describe, expect, it } from 'vitest';
import { check } from '../src/check.ts';
import { compareGraphs } from '../src/changes/compare.ts';
import { composeSubgraphs } from '../src/compose.ts';
import { withoutAccessRules } from '../src/composition/without-access-rules.ts';
import { explain } from '../src/commands/explain.ts';
import { config, nowMs } from './cast.ts';

const header =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@authenticated", "@requiresScopes", "@policy", "@inaccessible"])';

function sdl(field: string, type = '') {
  return `${header}\ntype Query { me: User }\ntype User ${type} { name: String ${field} }\n`;
}

async function changes(before: string, after: string) {
  const [old, now] = [before, after].map((one) => composeSubgraphs([{ name: 'people', sdl: one }]));
  if (old?.status !== 'composed' || now?.status !== 'composed') throw new Error(JSON.stringify([old, now]));
  return compareGraphs(old, now);
}

const scopes = (...all: string[][]) => `bio: String @requiresScopes(scopes: ${JSON.stringify(all)})`;

describe('an access rule on something that clients ask for', () => {
  it.each([
    ['@authenticated', 'without being signed in'],
    [
      '@requiresScopes(scopes: [["read", "bio"], ["admin"]])',
      'without the scopes "admin", or "bio" and "read"',
    ],
    ['@policy(policies: [["adult"]])', 'without the policies "adult"'],
  ])('is dangerous when %s is put on a field, and says who breaks', async (rule, who) => {
    const found = await changes(sdl('bio: String'), sdl(`bio: String ${rule}`));
    expect(found).toMatchObject([
      { type: 'ACCESS_RULE_ADDED', level: 'dangerous', coordinate: 'User.bio', touches: [['User.bio']] },
    ]);
    expect(found[0]?.reason).toContain(`Whoever asks ${who} is refused`);
    expect(await changes(sdl(`bio: String ${rule}`), sdl('bio: String'))).toMatchObject([
      { type: 'ACCESS_RULE_REMOVED', level: 'safe', touches: [] },
    ]);
  });

  it('is dangerous on a type too', async () => {
    expect(await changes(sdl('bio: String'), sdl('bio: String', '@authenticated'))).toMatchObject([
      { type: 'ACCESS_RULE_ADDED', level: 'dangerous', coordinate: 'User', touches: [['User']] },
    ]);
  });

  it.each([
    ['another way in', scopes(['a']), scopes(['a'], ['b']), 'safe'],
    ['one name fewer', scopes(['a', 'b']), scopes(['a']), 'safe'],
    ['one name more', scopes(['a']), scopes(['a', 'b']), 'dangerous'],
    ['a way in fewer', scopes(['a'], ['b']), scopes(['b']), 'dangerous'],
  ])('that changes is judged by who still gets in: %s', async (_, before, after, level) => {
    expect(await changes(sdl(before), sdl(after))).toMatchObject([{ type: 'ACCESS_RULE_CHANGED', level }]);
  });

  it('in another order is the same, and on what is new or hidden concerns nobody', async () => {
    expect(await changes(sdl(scopes(['a', 'b'], ['c'])), sdl(scopes(['c'], ['b', 'a'])))).toEqual([]);
    const added = await changes(sdl(''), sdl('bio: String @authenticated'));
    expect(added.map(({ type }) => type)).toEqual(['FIELD_ADDED']);
    expect(
      await changes(sdl('bio: String @inaccessible'), sdl('bio: String @inaccessible @authenticated')),
    ).toEqual([]);
  });

  it('@inaccessible takes the field away', async () => {
    expect(await changes(sdl('bio: String'), sdl('bio: String @inaccessible'))).toMatchObject([
      { type: 'FIELD_REMOVED', level: 'breaking', coordinate: 'User.bio', touches: [['User.bio']] },
    ]);
  });

  it('is compared with those of a version that was delivered without them', async () => {
    const against = async (before: string, after: string) => {
      const [old, now] = [before, after].map((field) => ({
        name: 'people',
        file: 'people.graphql',
        sdl: sdl(`${field} other: String @authenticated`),
      }));
      const composed = composeSubgraphs(old ? [old] : []);
      if (!old || !now || composed.status !== 'composed') throw new Error(JSON.stringify(composed));
      const { changes: found } = await check({
        config: config({ compose: { accessRules: 'strip' } }),
        candidate: [now],
        baseline: {
          status: 'found',
          label: 'before',
          subgraphs: [old],
          supergraphSdl: withoutAccessRules(composed.supergraphSdl),
        },
        usageFiles: [],
        nowMs,
      });
      return found.map(({ coordinate, type }) => `${type} ${coordinate}`);
    };
    const [open, own] = ['bio: String', 'bio: String @authenticated'];
    expect(await against(open, own)).toEqual(['ACCESS_RULE_ADDED User.bio']);
    expect(await against(own, open)).toEqual(['ACCESS_RULE_REMOVED User.bio']);
    expect(await against(`${own} more: Int`, `${own} less: Int`)).toEqual([
      'FIELD_REMOVED User.more',
      'FIELD_ADDED User.less',
    ]);
  });

  it('has its place in the report of a check, a policy of its own and an explanation', async () => {
    const report = await check({
      config: config({ policy: { changes: { ACCESS_RULE_ADDED: 'fail' } } }),
      candidate: [{ name: 'people', file: 'people.graphql', sdl: sdl('bio: String @authenticated') }],
      baseline: {
        status: 'found',
        label: 'before',
        subgraphs: [{ name: 'people', file: 'people.graphql', sdl: sdl('bio: String') }],
      },
      usageFiles: [],
      nowMs,
    });
    expect(report).toMatchObject({
      verdict: 'failed',
      changes: [
        {
          type: 'ACCESS_RULE_ADDED',
          severity: 'fail',
          location: { file: 'people.graphql', line: 3, column: 27 },
        },
      ],
    });
    expect(explain('ACCESS_RULE_CHANGED')).toContain('safe if whoever was answered before still is');
  });
});
