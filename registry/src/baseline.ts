import { type Composition, composeParsed, fromSupergraph } from './compose.ts';
import { type ParsedSubgraph, parseSubgraph } from './composition/parse-subgraph.ts';
import type { Subgraph } from './composition/subgraph.ts';
import type { Config } from './config/schema.ts';
import { couldNotRun } from './refusal.ts';
import type { Side } from './steps/changes.ts';
import { composeContracts } from './steps/contracts.ts';
import type { Version } from './store/store.ts';

/** What a candidate is compared with. */
export type Baseline =
  | {
      status: 'found';
      label: string;
      subgraphs: Subgraph[];
      supergraphSdl?: string;
      /** The contracts of its own day; unknown for a version that was published without a record of them. */
      contracts?: Config['contracts'] | undefined;
    }
  | { status: 'absent'; label: string; because: string };

/** A composition that holds. */
export type Composed = Composition & { status: 'composed' };

/** The baseline ready for comparison. */
export type BaselineSide = Side & { composition: Composed };

/** Makes a baseline ready; `today` are the contracts of the configuration. */
export type ComposeBaseline = (
  baseline: Baseline & { status: 'found' },
  today: Config['contracts'],
  candidate: readonly ParsedSubgraph[],
) => BaselineSide;

/** A published version as a baseline. */
export function versionBaseline(version: Version): Baseline & { status: 'found' } {
  const { id, subgraphs, supergraphSdl, contracts } = version;
  return { status: 'found', label: `version ${id}`, subgraphs, supergraphSdl, contracts };
}

/** The contracts that the baseline promised; where nothing is recorded, today's stand for them. */
export function contractsBefore(baseline: Baseline, today: Config['contracts']): Config['contracts'] {
  return baseline.status === 'found' ? (baseline.contracts ?? today) : {};
}

/**
 * Composes the baseline. One that does not compose says nothing about what clients have, so no change
 * could be judged: it is refused (exit 2) rather than passed over. What the candidate has unchanged is parsed already.
 */
export const composeBaseline: ComposeBaseline = (baseline, today, candidate) => {
  const known = new Map(candidate.map((one) => [one.name, one]));
  const results = baseline.subgraphs.map((subgraph) => {
    const one = known.get(subgraph.name);
    return one !== undefined && one.sdl === subgraph.sdl && one.file === subgraph.file
      ? { status: 'parsed' as const, subgraph: { ...subgraph, typeDefs: one.typeDefs } }
      : parseSubgraph(subgraph);
  });
  const parsed = results.flatMap((result) => (result.status === 'parsed' ? result.subgraph : []));
  const broken = results.find((result) => result.status === 'failed');
  if (broken) throw doesNotCompose(baseline.label, broken.error.message);
  const composition = compositionOf(baseline, parsed);
  if (composition.status === 'failed')
    throw doesNotCompose(baseline.label, composition.errors[0]?.message ?? '');
  const contracts = composeContracts(parsed, contractsBefore(baseline, today));
  for (const [name, contract] of contracts) {
    if (contract.status === 'composed') continue;
    // Where nothing is recorded, one that cannot have been promised then is new.
    if (baseline.contracts === undefined) contracts.delete(name);
    else throw doesNotCompose(`contract "${name}" of ${baseline.label}`, contract.errors[0]?.message ?? '');
  }
  return { parsed, composition, contracts };
};

/** An access rule by its name, or what imports one under another. */
const accessRule = /@(?:\w+__)?(?:authenticated|requiresScopes|policy)\b/;

/**
 * What clients have is what was delivered. Who may ask what stands in the subgraphs alone where that was stripped of it: compared
 * without, every rule of today would be news.
 */
function compositionOf(
  { subgraphs, supergraphSdl }: Baseline & { status: 'found' },
  parsed: readonly ParsedSubgraph[],
): Composition {
  if (supergraphSdl === undefined) return composeParsed(parsed);
  const delivered = fromSupergraph(supergraphSdl);
  const isStripped = !accessRule.test(supergraphSdl) && subgraphs.some(({ sdl }) => accessRule.test(sdl));
  if (!isStripped) return delivered;
  const whole = composeParsed(parsed);
  return whole.status === 'composed' ? { ...delivered, supergraph: whole.supergraph } : delivered;
}

function doesNotCompose(label: string, why: string) {
  return couldNotRun(
    `The baseline (${label}) does not compose itself, so no change can be judged: ${why} Compare with the last state that did: --against git:REV or version:ID.`,
  );
}
