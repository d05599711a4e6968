import {
  type DirectiveNode,
  type DocumentNode,
  type GraphQLObjectType,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { compileRootShape } from './compile-shape.ts';
import type { SelectionSource } from './selection.ts';
import type { Shaper } from './shape-run.ts';

/** Above this an operation's rarest variants are compiled anew: their number doubles with every variable. */
const maxVariants = 16;

/**
 * An operation's shape for given values of its `@skip`/`@include` variables. Deciding them outside makes
 * the shape itself free of conditions.
 */
export function shapeVariants(
  root: GraphQLObjectType,
  set: SelectionSetNode,
  document: DocumentNode,
  source: Omit<SelectionSource, 'isOn'>,
): (isOn: (variable: string) => boolean) => Shaper {
  const variables = conditionVariables(document);
  const variants = new Map<string, Shaper>();
  return (isOn) => {
    const on = variables.filter(isOn);
    const key = on.join(' ');
    let shape = variants.get(key);
    if (!shape) {
      const names = new Set(on);
      shape = compileRootShape(root, set, { ...source, isOn: (variable) => names.has(variable) });
      if (variants.size >= maxVariants) variants.delete(variants.keys().next().value ?? '');
      variants.set(key, shape);
    }
    return shape;
  };
}

function conditionVariables(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(directive: DirectiveNode) {
      const value = directive.arguments?.[0]?.value;
      const isCondition = directive.name.value === 'skip' || directive.name.value === 'include';
      if (isCondition && value?.kind === 'Variable') names.add(value.name.value);
    },
  });
  return [...names];
}
