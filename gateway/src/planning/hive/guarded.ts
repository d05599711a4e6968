import { type DirectiveNode, Kind, type OperationDefinitionNode, parse, print } from 'graphql';
import type { FetchNode, PlanNode } from '../plan.ts';

/** A request whose root fields are all under one condition is not sent where that does not hold. */
export function guarded(fetch: FetchNode): PlanNode {
  if (fetch.requires || !/@(skip|include)/.test(fetch.operation)) return fetch;
  const [operation] = parse(fetch.operation, { noLocation: true }).definitions as [OperationDefinitionNode];
  const conditions = operation.selectionSet.selections.map(({ directives = [] }) =>
    directives.map(print).join(),
  );
  const [directive, another] = operation.selectionSet.selections[0]?.directives ?? [];
  if (!directive || another || new Set(conditions).size > 1) return fetch;
  return underCondition(fetch, directive);
}

function underCondition(fetch: FetchNode, { name, arguments: args }: DirectiveNode): PlanNode {
  const value = args?.[0]?.value;
  if (value?.kind !== Kind.VARIABLE) return fetch;
  const clause = name.value === 'include' ? { ifClause: fetch } : { elseClause: fetch };
  return { kind: 'Condition', variable: value.name.value, ...clause };
}
