import type { FragmentDefinitionNode, SelectionNode } from 'graphql';
import type { PlanNode } from '../plan.ts';
import { keyOf, signatureOf, Unproven } from './state.ts';
import type { ReadText } from './read-text.ts';

/** Throws Unproven unless each field of a mutation runs once and in its turn. */
export function requireOrder(
  root: PlanNode | undefined,
  selections: readonly SelectionNode[],
  readText: ReadText,
): void {
  const wanted = stepsOf(selections, new Map());
  const planned = root ? stepsIn(root, readText) : [];
  if (wanted.join('\n') !== planned.join('\n'))
    throw new Unproven('A mutation would run otherwise than it is written');
}

function stepsIn(node: PlanNode, readText: ReadText): string[] {
  switch (node.kind) {
    case 'Fetch': {
      if (node.operationKind !== 'mutation') return [];
      const { selections, fragments } = readText(node.operation);
      return stepsOf(selections, fragments);
    }
    case 'Sequence':
      return node.nodes.flatMap((child) => stepsIn(child, readText));
    case 'Parallel': {
      const sides = node.nodes.map((child) => stepsIn(child, readText)).filter((one) => one.length > 0);
      if (sides.length > 1) throw new Unproven('Mutations would run side by side');
      return sides.flat();
    }
    case 'Flatten':
      return stepsIn(node.node, readText);
    case 'BatchFetch':
      return [];
    default:
      return node satisfies never;
  }
}

function stepsOf(
  selections: readonly SelectionNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): string[] {
  return selections.flatMap((selection) => {
    if (selection.kind !== 'Field') {
      const fragment = selection.kind === 'InlineFragment' ? selection : fragments.get(selection.name.value);
      return stepsOf(fragment?.selectionSet.selections ?? [], fragments);
    }
    if (selection.name.value.startsWith('__')) return [];
    return [`${keyOf(selection)}: ${signatureOf(selection)}`];
  });
}
