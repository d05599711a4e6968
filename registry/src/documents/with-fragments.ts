import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';

/** The operation and the fragments it reaches, in a document of their own. Cycles end the walk. */
export function withFragments(
  operation: OperationDefinitionNode,
  fragments: readonly FragmentDefinitionNode[],
): DocumentNode {
  const byName = Map.groupBy(fragments, ({ name }) => name.value);
  const reached = new Map<string, FragmentDefinitionNode[]>();
  const walk = (node: OperationDefinitionNode | FragmentDefinitionNode) =>
    visit(node, {
      FragmentSpread({ name }) {
        if (reached.has(name.value)) return;
        const found = byName.get(name.value) ?? [];
        reached.set(name.value, found);
        for (const fragment of found) walk(fragment);
      },
    });
  walk(operation);
  return { kind: Kind.DOCUMENT, definitions: [operation, ...[...reached.values()].flat()] };
}
