import type { PlanNode, QueryPlan } from '@apollo/query-planner';
import { isLost, type NeedyField, withNeeds } from './early-needs.ts';
import { isSent, keyOf, type Place, placesIn, replaced } from './plan-places.ts';
import type { Requirements } from './requirements.ts';
import { type EntityField, fetchOnly } from './split-fetch.ts';

/** Rewrites are few; this only ends what should never be without end. */
const mostRewrites = 50;

interface Early {
  readonly place: Place;
  readonly field: NeedyField;
  /** Where the same field is fetched with what it needs. */
  readonly settled: Place;
}

/**
 * Along a chain of `@requires` that goes to and fro between two subgraphs Apollo's planner asks for a field
 * before what it needs was sent: its answer is made of nothing. Where another fetch asks for it rightly, the early
 * field goes, and who reads it waits for the right one; else what it needs is fetched first. Nearly all plans stay
 * as they are.
 */
export function withoutEarlyFields(plan: QueryPlan, requirements: Requirements): QueryPlan {
  const { node } = plan;
  if (!requirements.hasNeeds || !node || node.kind === 'Subscription') return plan;
  let rest: PlanNode | undefined = node;
  for (let rewrites = 0; rest && rewrites < mostRewrites; rewrites++) {
    const places: readonly Place[] = placesIn(rest, requirements);
    const next = firstRewrite(rest, places, requirements);
    if (!next) return { ...plan, node: rest };
    rest = next;
  }
  return rest ? { ...plan, node: rest } : plan;
}

function firstRewrite(
  root: PlanNode,
  places: readonly Place[],
  requirements: Requirements,
): PlanNode | undefined {
  for (const place of places) {
    for (const field of place.fields) {
      const { needs } = field;
      if (!needs || isSent(place.fetch, needs)) continue;
      const early = { ...field, needs };
      const settled = places.find((other) => other !== place && settles(other, place, field));
      const rewritten = settled
        ? withoutField(root, places, { place, field: early, settled }, requirements)
        : withNeeds(root, place, early, requirements);
      if (rewritten) return rewritten;
    }
  }
  return undefined;
}

/** Whether `other` fetches the field of the same entities, always, and with what it needs. */
function settles(other: Place, { path }: Place, { field }: EntityField): boolean {
  return (
    other.path === path &&
    !other.above.some(({ kind }) => kind === 'Condition') &&
    other.fields.some(
      (one) =>
        keyOf(one.field) === keyOf(field) &&
        one.conditions === '' &&
        (one.needs === undefined || isSent(other.fetch, one.needs)),
    )
  );
}

function withoutField(
  root: PlanNode,
  places: readonly Place[],
  { place, field, settled }: Early,
  requirements: Requirements,
): PlanNode | undefined {
  const depth = place.above.findIndex((node, i) => node !== settled.above[i]);
  const fork = place.above[depth - 1];
  const [early, late] = [place.above[depth] ?? place.fetch, settled.above[depth] ?? settled.fetch];
  if (fork?.kind !== 'Parallel' && fork?.kind !== 'Sequence') return undefined;
  const reads = ({ fetch, path }: Place) =>
    path === place.path && isSent(fetch, new Map([[keyOf(field.field), new Map()]]));
  const readers = places.filter((one) => one !== place && reads(one));
  const isBelow = (node: PlanNode) => (one: Place) => one.fetch === node || one.above.includes(node);
  const isRead = readers.some(isBelow(early));
  if (fork.kind === 'Sequence') {
    const [from, to] = [fork.nodes.indexOf(early), fork.nodes.indexOf(late)];
    // Somebody between the two reads it: there is no order that would be right.
    if (from < to && fork.nodes.slice(from, to).some((node) => readers.some(isBelow(node)))) return undefined;
  }
  const kept = new Set(
    place.fields.flatMap((one) =>
      one.field === field.field || isLost(one, field, place, requirements) ? [] : one.field,
    ),
  );
  const isEmpty = ![...kept].some(({ name }) => name.value !== '__typename');
  const less = isEmpty ? undefined : fetchOnly(place.fetch, place.document, kept);
  const waits = fork.kind === 'Parallel' && isRead;
  return replaced(root, (node) => {
    if (node === place.fetch) return less;
    if (node !== fork || !waits) return node;
    const others = fork.nodes.filter((one) => one !== early && one !== late);
    return { ...fork, nodes: [...others, { kind: 'Sequence', nodes: [late, early] }] };
  });
}
