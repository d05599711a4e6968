import { expect, it, vi } from 'vitest';
import { desk } from './desk.ts';

// A process for every command that is typed.
vi.setConfig({ testTimeout: 180_000 });

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated", "@requiresScopes"])
type Query { open: Int own: Int @authenticated admin: Int @requiresScopes(scopes: [["admin"]]) }`;

it('a supergraph keeps who may ask what, unless the settings strip it; the check sees it all the same', async () => {
  using at = desk();
  const set = (compose: object) =>
    at.write(
      'registry.config.json',
      JSON.stringify({ subgraphs: '*.graphql', lint: { default: 'ignore' }, compose }),
    );
  at.write('people.graphql', sdl);
  set({});
  const kept = await at.registry('compose');
  expect(kept.out).toMatch(/own: Int.* @authenticated/);
  set({ accessRules: 'strip' });
  const stripped = await at.registry('compose');
  expect(stripped).toMatchObject({ code: 0, out: expect.stringContaining('admin: Int') });
  expect(stripped.out).not.toMatch(/authenticated|requiresScopes/);
  at.git('init', '-q');
  at.git('add', '.');
  at.git('commit', '-q', '-m', 'first');
  at.write('people.graphql', sdl.replace('open: Int', 'open: Int @authenticated'));
  const checked = await at.registry('check', '--against', 'git:HEAD');
  expect(checked.out).toContain("@authenticated was put on 'Query.open'");
});
