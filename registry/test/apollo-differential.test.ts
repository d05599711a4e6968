import { composeServices } from '@apollo/composition';
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { type GraphQLSchema, lexicographicSortSchema, parse, printSchema, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { composeSubgraphs } from '../src/compose.ts';
import type { Subgraph } from '../src/composition/subgraph.ts';
import { randomDocument } from './generate/document.ts';
import { createRandom } from './generate/random.ts';
import { randomSubgraphs } from './generate/subgraphs.ts';

const cases = Number(process.env['REGISTRY_DIFFERENTIAL_RUNS'] ?? 60);
const firstSeed = Number(process.env['REGISTRY_DIFFERENTIAL_SEED'] ?? 1);

/** What Apollo's own composition makes of the same subgraphs. */
function composeByApollo(subgraphs: readonly Subgraph[]) {
  try {
    const services = subgraphs.map(({ name, url, sdl }) => ({ name, url: url ?? '', typeDefs: parse(sdl) }));
    const result = composeServices(services);
    return result.errors
      ? { errors: result.errors.map(({ message }) => message) }
      : { sdl: result.supergraphSdl };
  } catch (cause) {
    return { errors: [String(cause)] };
  }
}

function sorted(schema: GraphQLSchema): string {
  return printSchema(lexicographicSortSchema(schema));
}

describe('beside @apollo/composition, on generated subgraphs', () => {
  const seeds = Array.from({ length: cases }, (_, position) => firstSeed + position);
  const generated = seeds.map((seed) => {
    const random = createRandom(seed);
    const subgraphs = randomSubgraphs(random, 2 + random.below(4));
    return { seed, random, subgraphs, ours: composeSubgraphs(subgraphs), theirs: composeByApollo(subgraphs) };
  });

  it('gives the same verdict', () => {
    const verdicts = generated.map(({ seed, ours, theirs }) => ({
      seed,
      ours: ours.status === 'failed' ? ours.errors.map(({ message }) => message) : [],
      theirs: theirs.errors ?? [],
    }));
    const different = verdicts.filter((one) => one.ours.length > 0 !== one.theirs.length > 0);
    expect(different).toEqual([]);
    const refused = verdicts.filter(({ ours }) => ours.length > 0).length;
    expect(refused).toBeGreaterThan(cases / 20);
    expect(refused).toBeLessThan(cases / 2);
  });

  it('gives the same API schema', () => {
    for (const { seed, ours, theirs } of generated) {
      if (ours.status === 'failed' || theirs.sdl === undefined) continue;
      const expected = Supergraph.build(theirs.sdl).apiSchema().toGraphQLJSSchema();
      expect(sorted(ours.apiSchema), `seed ${seed}`).toBe(sorted(expected));
    }
  }, 120_000);

  it('gives a supergraph that the planner plans any operation of', () => {
    let planned = 0;
    for (const { random, ours } of generated) {
      if (ours.status === 'failed') continue;
      const supergraph = Supergraph.build(ours.supergraphSdl);
      const planner = new QueryPlanner(supergraph);
      const document = parse(randomDocument(ours.apiSchema, random));
      if (validate(ours.apiSchema, document).length > 0) continue;
      const plan = planner.buildQueryPlan(operationFromDocument(supergraph.apiSchema(), document));
      expect(plan.kind).toBe('QueryPlan');
      if (plan.node) planned++;
    }
    expect(planned).toBeGreaterThan(cases / 10);
  }, 120_000);
});
