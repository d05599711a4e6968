import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import type { EdgeContext } from '../context.ts';
import { edgeCodes } from '../edge-codes.ts';

type Variables = Readonly<Record<string, unknown>>;

/** A field that is given the size of its list, and those inside it. */
interface List {
  size(variables: Variables): number;
  inside: readonly List[];
}

export interface ListLimit {
  /** @throws GraphQLError `BAD_USER_INPUT` when lists within lists come to more than is allowed */
  check(
    document: DocumentNode,
    operationName: string | null | undefined,
    variables: Variables | null | undefined,
  ): void;
  plugin: ApolloServerPlugin<EdgeContext>;
}

const sizeArguments = new Set(['first', 'last']);
const listsOfOperation = new WeakMap<OperationDefinitionNode, readonly List[]>();

/**
 * Limits how many list items an operation may ask for, lists within lists multiplied: three levels of a hundred
 * are a million, in a few words and well within the depth. Reads the variables, so it runs with each request; where
 * the lists are is found once a document.
 */
export function createListLimit(maxItems: number): ListLimit {
  const check: ListLimit['check'] = (document, operationName, variables) => {
    const operation = getOperationAST(document, operationName);
    if (!operation) return;
    // A list by itself is bounded by the subgraph it is of, which says so better: it knows the argument.
    const nested = listsIn(operation, document).filter(({ inside }) => inside.length > 0);
    const found = itemsOf(nested, { ...defaultsOf(operation), ...variables });
    if (found <= maxItems) return;
    throw new GraphQLError(
      `The operation asks for up to ${found} list items; maxListItems allows ${maxItems}.`,
      {
        extensions: {
          code: edgeCodes.badUserInput,
          limit: 'maxListItems',
          max: maxItems,
          // See identity/authenticate.ts for the cast.
          http: { status: 400, headers: new HeaderMap() } as never,
        },
      },
    );
  };
  const plugin: ApolloServerPlugin<EdgeContext> = {
    async requestDidStart() {
      return {
        async didResolveOperation({ document, request }) {
          check(document, request.operationName, request.variables);
        },
      };
    },
  };
  return { check, plugin };
}

function itemsOf(lists: readonly List[], variables: Variables): number {
  return lists.reduce((sum, { size, inside }) => sum + size(variables) * (1 + itemsOf(inside, variables)), 0);
}

function listsIn(operation: OperationDefinitionNode, document: DocumentNode): readonly List[] {
  const known = listsOfOperation.get(operation);
  if (known) return known;
  const fragments = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one.selectionSet] as const] : [],
    ),
  );
  // Written out, as the limit of fields has already bounded what that can come to.
  const within = (set: SelectionSetNode | undefined): List[] =>
    (set?.selections ?? []).flatMap((selection): List[] => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return within(fragments.get(selection.name.value));
      const inside = within(selection.selectionSet);
      const size = selection.kind === Kind.FIELD ? sizeOf(selection) : null;
      return size === null ? inside : [{ size, inside }];
    });
  const lists = within(operation.selectionSet);
  listsOfOperation.set(operation, lists);
  return lists;
}

function sizeOf(field: FieldNode): List['size'] | null {
  const sizes = (field.arguments ?? []).filter(({ name }) => sizeArguments.has(name.value));
  if (sizes.length === 0) return null;
  return (variables) => Math.max(...sizes.map(({ value }) => numberOf(value, variables)));
}

function numberOf(value: ValueNode, variables: Variables): number {
  const given = value.kind === Kind.VARIABLE ? variables[value.name.value] : 'value' in value && value.value;
  const number = Number(given);
  return Number.isFinite(number) && number > 0 ? number : 0;
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Variables {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue?.kind === Kind.INT ? [[variable.name.value, defaultValue.value]] : [],
    ),
  );
}
