import { Kind, parse, type SelectionNode } from 'graphql';
import type { BatchFetchNode, FetchNode, PlanNode } from '../planning/plan.ts';
import type { TypeRelations } from './type-relations.ts';
import type { RestFields } from './types.ts';

/** Everything that the rest of a subscription's plan asks for. */
export function restFieldsOf(
  node: PlanNode | undefined,
  types: TypeRelations,
  clientVariableOf: (name: string) => string,
): RestFields {
  const coordinates = new Set<string>();
  const variables = new Set<string>();

  function visit(one: PlanNode): void {
    switch (one.kind) {
      case 'Fetch':
      case 'BatchFetch':
        return read(one);
      case 'Flatten':
        return visit(one.node);
      case 'Sequence':
      case 'Parallel':
        return one.nodes.forEach(visit);
      default:
        return one satisfies never;
    }
  }

  function read(fetch: FetchNode | BatchFetchNode): void {
    for (const name of fetch.variables) variables.add(clientVariableOf(name));
    const { definitions } = parse(fetch.operation, { noLocation: true });
    const fragments = new Map(
      definitions.flatMap((one) =>
        one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
      ),
    );
    const walk = (selections: readonly SelectionNode[], type: string | undefined): void => {
      for (const selection of selections) {
        if (selection.kind === Kind.FIELD) {
          const name = selection.name.value;
          if (name !== '__typename' && name !== '_entities') coordinates.add(`${type ?? '?'}.${name}`);
          const inner = type === undefined ? undefined : types.typeOfField(type, name);
          if (selection.selectionSet) walk(selection.selectionSet.selections, inner);
          continue;
        }
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        const condition = fragment?.typeCondition?.name.value ?? type;
        if (fragment) walk(fragment.selectionSet.selections, condition);
      }
    };
    for (const one of definitions) {
      if (one.kind === Kind.OPERATION_DEFINITION) walk(one.selectionSet.selections, undefined);
    }
  }

  if (node) visit(node);
  return { coordinates, variables };
}
