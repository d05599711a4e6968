import { badUserInput, decodeId, decodeInputId, typeOfId } from '@murmuration/ids';
import type { Context } from '../context.ts';
import type { Person } from '../profiles/person.ts';

/** The key of a post. Whether it exists, and for whom, only its owner says. */
export interface PostStub {
  __typename: 'Post';
  /** The wire id. */
  ref: string;
}

export type NodeValue = Person | PostStub | null;

/**
 * Any object by its wire id.
 * @throws GraphQLError `BAD_USER_INPUT` for what is no id at all
 */
export async function readNode(argument: string, wire: string, context: Context): Promise<NodeValue> {
  const type = typeOfId(wire);
  if (type === null || decodeId(type, wire) === null)
    throw badUserInput(argument, `\`${argument}\` is not an id.`);
  switch (type) {
    case 'User':
      return context.loaders.people.load(decodeInputId('User', argument, wire));
    case 'Post':
      return { __typename: 'Post', ref: wire };
    case 'Notification': // no type of this graph yet
    case 'Session': // never a type: sessions are not shown
      return null;
    default:
      return type satisfies never;
  }
}

const nodesLimit = 100;

/** @throws GraphQLError `BAD_USER_INPUT` for too many ids, and for what is no id at all */
export async function readNodes(wires: readonly string[], context: Context): Promise<NodeValue[]> {
  if (wires.length > nodesLimit) {
    throw badUserInput('ids', `At most ${nodesLimit} ids at once, not ${wires.length}.`);
  }
  return Promise.all(wires.map((wire) => readNode('ids', wire, context)));
}
