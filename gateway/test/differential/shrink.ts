import { type ASTNode, type DocumentNode, Kind, parse, print, visit } from 'graphql';
import type { Case } from './generate-operation.ts';

/** The smallest operation found that still fails: one node at a time is left out while it does. */
export async function shrink(failing: Case, stillFails: (smaller: Case) => Promise<boolean>): Promise<Case> {
  let best = { ...failing, source: print(parse(failing.source, { noLocation: true })) };
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (const source of smaller(parse(best.source, { noLocation: true }))) {
      const candidate = { source, variables: best.variables };
      if (source.length >= best.source.length || !(await stillFails(candidate))) continue;
      best = candidate;
      isSmaller = true;
      break;
    }
  }
  return best;
}

function* smaller(document: DocumentNode): Generator<string> {
  let count = 0;
  visit(document, { enter: () => void count++ });
  for (let target = 1; target < count; target++) {
    const pruned = without(document, target);
    if (pruned) yield pruned;
  }
  for (let target = 1; target < count; target++) {
    const plain = unwrapped(document, target);
    if (plain) yield plain;
  }
}

const removable = new Set<string>([
  Kind.FIELD,
  Kind.INLINE_FRAGMENT,
  Kind.FRAGMENT_SPREAD,
  Kind.FRAGMENT_DEFINITION,
  Kind.DIRECTIVE,
  Kind.ARGUMENT,
  Kind.VARIABLE_DEFINITION,
]);

function without(document: DocumentNode, target: number): string | undefined {
  let index = 0;
  let isFound = false;
  const changed = visit(document, {
    enter(node: ASTNode) {
      if (index++ !== target || !removable.has(node.kind)) return undefined;
      isFound = true;
      return null;
    },
  });
  return isFound ? tidy(changed) : undefined;
}

/** An inline fragment's content, or a field without its alias. */
function unwrapped(document: DocumentNode, target: number): string | undefined {
  let index = 0;
  let isFound = false;
  const changed = visit(document, {
    enter(node: ASTNode) {
      if (index++ !== target || node.kind !== Kind.FIELD || !node.alias) return undefined;
      isFound = true;
      return { ...node, alias: undefined };
    },
  });
  return isFound ? tidy(changed) : undefined;
}

/** Leaves out what removing has made empty or unused. */
function tidy(document: DocumentNode): string | undefined {
  const used = new Set<string>();
  const pruned = visit(document, {
    InlineFragment: { leave: (node) => (node.selectionSet.selections.length === 0 ? null : undefined) },
    Field: { leave: (node) => (node.selectionSet?.selections.length === 0 ? null : undefined) },
    Variable: (node, _key, parent) => {
      if ((parent as ASTNode | undefined)?.kind !== Kind.VARIABLE_DEFINITION) used.add(node.name.value);
    },
  });
  const spreads = new Set<string>();
  visit(pruned, { FragmentSpread: (node) => void spreads.add(node.name.value) });
  const result = visit(pruned, {
    VariableDefinition: (node) => (used.has(node.variable.name.value) ? undefined : null),
    FragmentDefinition: (node) => (spreads.has(node.name.value) ? undefined : null),
  });
  const text = print(result);
  try {
    parse(text);
    return text;
  } catch {
    return undefined;
  }
}
