import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  parseType,
  print,
  type SelectionNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import type { CompiledSubscription } from '../execution/types.ts';
import type { Resumable } from './contracts.ts';

/** Under this alias the gateway asks for the cursor itself, whatever the client selects. */
export const cursorAlias = '_gatewayCursor';
/** Under this variable it gives the cursor back, or under a longer one if the client's operation has it. */
const afterName = '_gatewayAfter';

export interface UpstreamText {
  query: string;
  /** Names of the client's variables that go along. */
  variables: readonly string[];
}

/** What is sent to the owner of a subscription: at first, and when it continues behind a cursor. */
export interface UpstreamTexts {
  first: UpstreamText;
  resumed: UpstreamText | undefined;
  /** The variable of `resumed` that takes the cursor. */
  afterVariable: string;
  /** The cursor that the client itself gave: a loss before the first event continues there. */
  startsAt: string | undefined;
}

/**
 * Adds the cursor to what is asked of the owner, and for the second text replaces the `after` argument by a
 * variable of the gateway's own. The shape that the client gets never holds either.
 */
export function upstreamTexts(
  { operation, variableUsages, responseShape }: CompiledSubscription,
  resumable: (Resumable & { afterType: string }) | undefined,
  variables: Readonly<Record<string, unknown>>,
): UpstreamTexts {
  const plain = { query: operation, variables: variableUsages };
  if (!resumable) return { first: plain, resumed: undefined, afterVariable: afterName, startsAt: undefined };
  let afterVariable = afterName;
  while (variableUsages.includes(afterVariable)) afterVariable += '_';
  const isRoot = (field: FieldNode) => (field.alias ?? field.name).value === responseShape.upstreamKey;
  const document = parse(operation, { noLocation: true });
  const withCursor = changeRoot(document, isRoot, (field) => addCursor(field, resumable.cursor));
  const resumed = changeRoot(withCursor, isRoot, (field) =>
    replaceAfter(field, resumable.after, afterVariable),
  );
  return {
    first: { query: print(withCursor), variables: variableUsages },
    resumed: withOwnVariable(resumed, afterVariable, resumable.afterType, variableUsages),
    afterVariable,
    startsAt: givenCursor(document, isRoot, resumable.after, variables),
  };
}

function givenCursor(
  document: DocumentNode,
  isRoot: (field: FieldNode) => boolean,
  after: string,
  variables: Readonly<Record<string, unknown>>,
): string | undefined {
  let cursor: unknown;
  changeRoot(document, isRoot, (field) => {
    const value = field.arguments?.find(({ name }) => name.value === after)?.value;
    if (value) cursor = valueFromASTUntyped(value, variables);
    return field;
  });
  return typeof cursor === 'string' ? cursor : undefined;
}

function changeRoot(
  document: DocumentNode,
  isRoot: (field: FieldNode) => boolean,
  change: (field: FieldNode) => FieldNode,
): DocumentNode {
  const changeIn = (selection: SelectionNode): SelectionNode =>
    selection.kind === Kind.FIELD && isRoot(selection) ? change(selection) : selection;
  return {
    ...document,
    definitions: document.definitions.map((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION
        ? {
            ...definition,
            selectionSet: {
              ...definition.selectionSet,
              selections: definition.selectionSet.selections.map(changeIn),
            },
          }
        : definition,
    ),
  };
}

function addCursor(field: FieldNode, cursor: string): FieldNode {
  if (!field.selectionSet) return field;
  const asked: FieldNode = { kind: Kind.FIELD, alias: nameNode(cursorAlias), name: nameNode(cursor) };
  return {
    ...field,
    selectionSet: { ...field.selectionSet, selections: [asked, ...field.selectionSet.selections] },
  };
}

function replaceAfter(field: FieldNode, after: string, variable: string): FieldNode {
  const others = (field.arguments ?? []).filter(({ name }) => name.value !== after);
  return {
    ...field,
    arguments: [
      ...others,
      {
        kind: Kind.ARGUMENT,
        name: nameNode(after),
        value: { kind: Kind.VARIABLE, name: nameNode(variable) },
      },
    ],
  };
}

/** Declares the gateway's variable and drops those that the replaced argument leaves unused. */
function withOwnVariable(
  document: DocumentNode,
  own: string,
  type: string,
  variables: readonly string[],
): UpstreamText {
  const used = new Set<string>();
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void used.add(name.value),
  });
  const declare = (operation: OperationDefinitionNode): OperationDefinitionNode => ({
    ...operation,
    variableDefinitions: [
      ...(operation.variableDefinitions ?? []).filter(({ variable }) => used.has(variable.name.value)),
      {
        kind: Kind.VARIABLE_DEFINITION,
        variable: { kind: Kind.VARIABLE, name: nameNode(own) },
        type: parseType(type, { noLocation: true }),
      },
    ],
  });
  const declared: DocumentNode = {
    ...document,
    definitions: document.definitions.map((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION ? declare(definition) : definition,
    ),
  };
  return { query: print(declared), variables: variables.filter((name) => used.has(name)) };
}

function nameNode(value: string) {
  return { kind: Kind.NAME, value } as const;
}
