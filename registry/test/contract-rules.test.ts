import {
  addInaccessibleToUnreachableTypes,
  applyTagFilterOnSubgraphs,
  composeServices,
  extractLinkImplementations,
} from '@theguild/federation-composition';
import { expect, it } from 'vitest';
import { composeSubgraphs } from '../src/compose.ts';
import { parseSubgraph, type ParsedSubgraph } from '../src/composition/parse-subgraph.ts';
import { toService } from '../src/composition/own-errors.ts';
import { composeContract, type ContractFilter } from '../src/contract.ts';
import { createRandom } from './generate/random.ts';
import { randomSubgraphs } from './generate/subgraphs.ts';

const cases = Number(process.env['REGISTRY_CONTRACT_RUNS'] ?? 60);
const filters: ContractFilter[] = [
  { include: [], exclude: ['internal'], removeUnreachableTypes: true },
  { include: ['internal'], exclude: [], removeUnreachableTypes: true },
];

/** Every rule once more, those among them that were held to for the whole. */
function byAllRules(
  parsed: readonly ParsedSubgraph[],
  { exclude, include }: ContractFilter,
): string | undefined {
  const tags = { include: new Set(include), exclude: new Set(exclude) };
  const result = composeServices(applyTagFilterOnSubgraphs(parsed.map(toService), tags));
  if (result.errors) return undefined;
  const { resolveImportName } = extractLinkImplementations(result.supergraphDocumentNode);
  return addInaccessibleToUnreachableTypes(resolveImportName, result).supergraphSdl;
}

it('a contract of what composes as a whole needs no rule twice', { timeout: 60_000 }, () => {
  let composed = 0;
  for (let seed = 1; seed <= cases; seed++) {
    const random = createRandom(seed);
    const subgraphs = randomSubgraphs(random, 2 + random.below(4));
    if (composeSubgraphs(subgraphs).status === 'failed') continue;
    const parsed = subgraphs
      .map(parseSubgraph)
      .flatMap((one) => (one.status === 'parsed' ? one.subgraph : []));
    for (const filter of filters) {
      const contract = composeContract(parsed, filter);
      if (contract.status === 'composed') composed++;
      const sdl = contract.status === 'composed' ? contract.supergraphSdl : undefined;
      expect([seed, filter, sdl]).toEqual([seed, filter, byAllRules(parsed, filter)]);
    }
  }
  expect(composed).toBeGreaterThan(cases / 10);
});
