import type { FragmentDefinitionNode, SelectionNode } from 'graphql';
import type { PlanNode } from '../plan.ts';
import { always, type Conj, describe, underDirectives, withLiteral } from './conditions.ts';
import { keyOf, signatureOf, Unproven } from './state.ts';
import type { ReadText } from './read-text.ts';

/** Throws Unproven unless each field of a mutation runs once, under its own conditions and in its turn. */
export function requireOrder(
  root: PlanNode | undefined,
  selections: readonly SelectionNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  readText: ReadText,
): void {
  const wanted = stepsOf(selections, always, fragments);
  const planned = root ? stepsIn(root, always, readText) : [];
  if (wanted.join('\n') !== planned.join('\n'))
    throw new Unproven('A mutation would run otherwise than it is written');
}

function stepsIn(node: PlanNode, when: Conj, readText: ReadText): string[] {
  switch (node.kind) {
    case 'Fetch': {
      if (node.operationKind !== 'mutation') return [];
      const { selections, fragments } = readText(node.operation);
      return stepsOf(selections, when, fragments);
    }
    case 'Sequence':
      return node.nodes.flatMap((child) => stepsIn(child, when, readText));
    case 'Parallel': {
      const sides = node.nodes.map((child) => stepsIn(child, when, readText)).filter((one) => one.length > 0);
      if (sides.length > 1) throw new Unproven('Mutations would run side by side');
      return sides.flat();
    }
    case 'Condition': {
      const [on, off] = [withLiteral(when, node.variable, true), withLiteral(when, node.variable, false)];
      return [
        ...(node.ifClause && on ? stepsIn(node.ifClause, on, readText) : []),
        ...(node.elseClause && off ? stepsIn(node.elseClause, off, readText) : []),
      ];
    }
    case 'Flatten':
      return stepsIn(node.node, when, readText);
    default:
      return [];
  }
}

function stepsOf(
  selections: readonly SelectionNode[],
  above: Conj,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): string[] {
  return selections.flatMap((selection) => {
    const when = underDirectives(above, selection.directives);
    if (!when) return [];
    if (selection.kind !== 'Field') {
      const fragment = selection.kind === 'InlineFragment' ? selection : fragments.get(selection.name.value);
      return stepsOf(fragment?.selectionSet.selections ?? [], when, fragments);
    }
    if (selection.name.value.startsWith('__')) return [];
    return [`${keyOf(selection)}: ${signatureOf(selection)} ${describe(when)}`];
  });
}
