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
