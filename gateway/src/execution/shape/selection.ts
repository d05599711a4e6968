import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { isIncluded } from '../../operation/documents/switches.ts';

/** What the shaping of one operation is compiled from. */
export interface SelectionSource {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Key of a field in the fetched data, where it is not the client's own response key. */
  readonly dataKeyOf: (field: FieldNode) => string;
  /** Boolean variables of `@skip` and `@include` that are on. */
  readonly switchesOn: ReadonlySet<string>;
}

export interface CollectedField {
  readonly clientKey: string;
  readonly dataKey: string;
  readonly name: string;
  readonly nodes: FieldNode[];
}

/** The specification's CollectFields for one concrete type. */
export function collectFields(
  sets: readonly SelectionSetNode[],
  typename: string,
  source: SelectionSource,
): CollectedField[] {
  const collected = new Map<string, CollectedField>();
  for (const set of sets) collectInto(set.selections, typename, source, collected);
  return [...collected.values()];
}

function collectInto(
  selections: readonly SelectionNode[],
  typename: string,
  source: SelectionSource,
  collected: Map<string, CollectedField>,
): void {
  for (const selection of selections) {
    if (!isIncluded(selection.directives, source.switchesOn)) continue;
    if (selection.kind === 'Field') {
      const clientKey = selection.alias?.value ?? selection.name.value;
      const field = collected.get(clientKey);
      if (field) field.nodes.push(selection);
      else {
        const dataKey = source.dataKeyOf(selection);
        collected.set(clientKey, { clientKey, dataKey, name: selection.name.value, nodes: [selection] });
      }
      continue;
    }
    const fragment =
      selection.kind === 'InlineFragment' ? selection : source.fragments.get(selection.name.value);
    const condition = fragment?.typeCondition?.name.value;
    if (fragment && (condition === undefined || applies(source.schema, condition, typename))) {
      collectInto(fragment.selectionSet.selections, typename, source, collected);
    }
  }
}

/**
 * Whether it hangs on the concrete type what is selected. Asked for objects of which only an interface is
 * known (a subgraph with @interfaceObject answered, the one that knows their types did not).
 */
export function needsConcreteType(
  sets: readonly SelectionSetNode[],
  interfaceName: string,
  source: SelectionSource,
): boolean {
  return sets.some((set) =>
    set.selections.some((selection) => {
      if (selection.kind === 'Field' || !isIncluded(selection.directives, source.switchesOn)) return false;
      const fragment =
        selection.kind === 'InlineFragment' ? selection : source.fragments.get(selection.name.value);
      if (!fragment) return false;
      const condition = fragment.typeCondition?.name.value ?? interfaceName;
      const isCertain = applies(source.schema, condition, interfaceName);
      return !isCertain || needsConcreteType([fragment.selectionSet], interfaceName, source);
    }),
  );
}

function applies(schema: GraphQLSchema, condition: string, typename: string): boolean {
  if (condition === typename) return true;
  const abstract = schema.getType(condition);
  const type = schema.getType(typename);
  return (
    isAbstractType(abstract) &&
    (isObjectType(type) || isInterfaceType(type)) &&
    schema.isSubType(abstract, type)
  );
}
