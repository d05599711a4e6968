import { describe, expect, it } from 'vitest';
import { composeSubgraphs } from '../src/compose.ts';
import { parseSubgraph } from '../src/composition/parse-subgraph.ts';
import { subgraphSchema } from '../src/changes/subgraph-schema.ts';
import { composeContract } from '../src/contract.ts';
import { lintSubgraph } from '../src/lint/lint-subgraph.ts';
import { createRandom, type Random } from './generate/random.ts';
import { randomSubgraphs } from './generate/subgraphs.ts';

const cases = Number(process.env['REGISTRY_BROKEN_SDL_RUNS'] ?? 120);
const publicView = { include: [], exclude: ['internal'], removeUnreachableTypes: true };

/** Deletes, repeats or swaps a few tokens: what a bad merge or a slip of the hand leaves. */
function damage(sdl: string, random: Random): string {
  const tokens = sdl.split(/(\s+|(?<=[(){}:![\]@,])|(?=[(){}:![\]@,]))/);
  for (let slips = 1 + random.below(3); slips > 0; slips--) {
    const at = random.below(tokens.length);
    const replacement = random.pick([[], [random.pick(tokens)], [random.pick(tokens), tokens[at] ?? '']]);
    tokens.splice(at, 1, ...replacement);
  }
  return tokens.join('');
}

describe('damaged SDL', () => {
  it('is an error with a code and a fix, never an exception', () => {
    let refused = 0;
    for (let seed = 1; seed <= cases; seed++) {
      const random = createRandom(seed);
      const subgraphs = randomSubgraphs(random, 2 + random.below(3));
      const victim = random.pick(subgraphs);
      victim.sdl = damage(victim.sdl, random);
      const composition = composeSubgraphs(subgraphs);
      const parsed = subgraphs
        .map(parseSubgraph)
        .flatMap((one) => (one.status === 'parsed' ? one.subgraph : []));
      for (const { name, typeDefs } of parsed) {
        subgraphSchema(typeDefs);
        lintSubgraph({ name, file: name, document: typeDefs }, { default: 'fail', rules: {} });
      }
      if (composition.status === 'composed') {
        expect(composition.apiSchema.getQueryType()?.name).toBe('Query');
        composeContract(parsed, publicView);
        continue;
      }
      refused++;
      expect(composition.errors.length).toBeGreaterThan(0);
      for (const error of composition.errors) expect(error.fix).toMatch(/\.$/);
    }
    expect(refused).toBeGreaterThan(cases / 2);
  }, 180_000);

  it('names the subgraph when the library itself throws', () => {
    const sdl =
      'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"]) @link(import: ["@tag"])\ntype Query { a: Int }';
    expect(composeSubgraphs([{ name: 'odd', sdl }])).toMatchObject({
      status: 'failed',
      errors: [{ subgraph: 'odd', file: 'odd.graphql', line: expect.any(Number) }],
    });
  });
});
