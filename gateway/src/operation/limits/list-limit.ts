import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { edgeCodes } from '../edge-codes.ts';
import { refusal } from '../refusal.ts';

type Variables = Readonly<Record<string, unknown>>;

/** A field that is given the size of its list, and those inside it. */
interface List {
  size(variables: Variables): number;
  inside: readonly List[];
}

/** Where an operation asks for lists within lists, found once a document. */
export interface NestedLists {
  readonly lists: readonly List[];
  readonly defaults: Variables;
}

const sizeArguments = new Set(['first', 'last']);

/**
 * Limits how many list items an operation may ask for, lists within lists multiplied: three levels of a hundred
 * are a million, in a few words and well within the depth.
 * @throws GraphQLError `BAD_USER_INPUT` (400) when that comes to more than `max`
 */
export function checkListItems(
  { lists, defaults }: NestedLists,
  variables: Variables = {},
  max: number,
): void {
  if (lists.length === 0) return;
  const found = itemsOf(lists, { ...defaults, ...variables });
  if (found <= max) return;
  throw refusal(
    `The operation asks for up to ${found} list items; maxListItems allows ${max}.`,
    edgeCodes.badUserInput,
    400,
    { extensions: { limit: 'maxListItems', max } },
  );
}

function itemsOf(lists: readonly List[], variables: Variables): number {
  return lists.reduce((sum, { size, inside }) => sum + size(variables) * (1 + itemsOf(inside, variables)), 0);
}

/**
 * Finds those of a document's operations, each fragment read once for all of them. A list by itself is bounded by the
 * subgraph it is of, which says so better: it knows the argument.
 */
export function createNestedLists(
  document: DocumentNode,
): (operation: OperationDefinitionNode) => NestedLists {
  const fragments = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one.selectionSet] as const] : [],
    ),
  );
  const known = new Map<string, List[]>();
  // Written out, as the limit of fields has already bounded what that can come to. Nobody has validated it yet: a
  // fragment within itself ends here.
  const ofFragment = (name: string): List[] => {
    let lists = known.get(name);
    if (!lists) {
      known.set(name, []);
      known.set(name, (lists = within(fragments.get(name))));
    }
    return lists;
  };
  const within = (set: SelectionSetNode | undefined): List[] =>
    (set?.selections ?? []).flatMap((selection): List[] => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return ofFragment(selection.name.value);
      const inside = within(selection.selectionSet);
      const size = selection.kind === Kind.FIELD ? sizeOf(selection) : null;
      return size === null ? inside : [{ size, inside }];
    });
  return (operation) => ({
    lists: within(operation.selectionSet).filter(({ inside }) => inside.length > 0),
    defaults: defaultsOf(operation),
  });
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
