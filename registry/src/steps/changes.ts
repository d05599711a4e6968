import type { Change } from '../changes/change.ts';
import { compareGraphs } from '../changes/compare.ts';
import { identity } from '../changes/diff-schemas.ts';
import { placeChanges } from '../changes/place.ts';
import type { Composition } from '../compose.ts';
import type { ParsedSubgraph } from '../composition/parse-subgraph.ts';
import type { Contracts } from './contracts.ts';
import { count, type StepReport } from './step.ts';

/** One side of the comparison. */
export type Side = { parsed: readonly ParsedSubgraph[]; composition: Composition; contracts: Contracts };

/** Step 4: what clients see differently, in the whole graph and in each contract. */
export async function changesStep(
  before: Side,
  after: Side,
): Promise<{ report: StepReport; changes: Change[] }> {
  const whole = await compare(before.composition, after.composition);
  const known = new Set(whole.map(({ id }) => id));
  const contracts: Change[] = [];
  for (const [contract, composition] of before.contracts) {
    const now = after.contracts.get(contract);
    const changes = now ? await compare(composition, now) : [contractRemoved(contract)];
    contracts.push(...changes.filter(({ id }) => !known.has(id)).map((change) => ({ ...change, contract })));
  }
  const changes = placeChanges([...whole, ...contracts], before.parsed, after.parsed);
  return { report: summarise(changes), changes };
}

/** Nobody knows which of the counted clients were given this view, so no usage speaks for its end. */
function contractRemoved(name: string): Change {
  return {
    id: identity('CONTRACT_REMOVED', name),
    type: 'CONTRACT_REMOVED',
    level: 'breaking',
    reason: 'Whoever was given the view has nothing to ask any more.',
    message: `Contract '${name}' is gone from the configuration`,
    coordinate: name,
    touches: [],
    contract: name,
  };
}

async function compare(before: Composition, after: Composition): Promise<Change[]> {
  if (before.status !== 'composed' || after.status !== 'composed') return [];
  return compareGraphs(before, after);
}

function summarise(changes: readonly Change[]): StepReport {
  const of = (level: Change['level']) => changes.filter((change) => change.level === level).length;
  const summary = `${of('breaking')} breaking, ${of('dangerous')} dangerous, ${count(of('safe'), 'safe change')}`;
  return { name: 'changes', status: of('breaking') + of('dangerous') > 0 ? 'warned' : 'passed', summary };
}
