import { type DefinitionNode, type FragmentDefinitionNode, Kind, parse, type SelectionNode } from 'graphql';
import { Unproven } from './state.ts';

export interface Text {
  readonly selections: readonly SelectionNode[];
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

export type ReadText = (text: string) => Text;

/** Parses each of a plan's texts once. */
export function createReader(): ReadText {
  const known = new Map<string, Text>();
  return (text) => {
    let read = known.get(text);
    if (!read) known.set(text, (read = readText(text)));
    return read;
  };
}

function readText(text: string): Text {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let selections: readonly SelectionNode[] = [];
  for (const definition of parsed(text)) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    else if (definition.kind === Kind.OPERATION_DEFINITION) selections = definition.selectionSet.selections;
  }
  return { selections, fragments };
}

function parsed(text: string): readonly DefinitionNode[] {
  try {
    return parse(text, { noLocation: true }).definitions;
  } catch (error) {
    throw new Unproven(`A request is not GraphQL: ${String(error)}`);
  }
}

/** Response keys of a request's own fields, but for `__typename`: the gateway knows the types of roots by itself. */
export function rootKeysIn({ fragments, selections }: Text): string[] {
  return selections.flatMap((selection): string[] => {
    if (selection.kind === Kind.FIELD) {
      const key = (selection.alias ?? selection.name).value;
      return key === '__typename' ? [] : [key];
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    return fragment ? rootKeysIn({ fragments, selections: fragment.selectionSet.selections }) : [];
  });
}
