import { type ArgumentPath, argumentName, badUserInput, decodeInputId, nodeTypeOf } from '@murmuration/ids';
import type { Asker } from '../loaders.ts';
import type { Person } from '../profiles/person.ts';
import type { NodeStub } from './node-stub.ts';

/** An error stands for what cannot be answered. */
export type NodeValue = Person | NodeStub | Error;

/**
 * Any object by its wire id, null where it does not exist for the viewer.
 * @throws GraphQLError `BAD_USER_INPUT` for what is no id at all, `DOWNSTREAM_ERROR` while its owner is away
 */
export async function readNode(
  argument: ArgumentPath,
  wire: string,
  context: Asker,
): Promise<NodeValue | null> {
  const type = nodeTypeOf(wire);
  if (type === null) throw badUserInput(argument, `\`${argumentName(argument)}\` is not an id.`);
  switch (type) {
    case 'User':
      return context.loaders.people.load(decodeInputId('User', argument, wire));
    case 'Post':
    case 'Thread':
    case 'Hashtag':
    case 'List':
      return (await context.loaders.nodes.exists.load(wire)) ? { __typename: type, ref: wire } : null;
    case 'Viewer': // no node: it exists for the one who asks, by `viewer`
    case 'Notification': // no type of this graph yet
    case 'Session': // no nodes: for their owner alone, in lists
    case 'Passkey':
      return null;
    default:
      return type satisfies never;
  }
}

const nodesLimit = 100;

/**
 * Each id for itself: one that cannot be answered is an error in its place.
 * @throws GraphQLError `BAD_USER_INPUT` for too many ids
 */
export async function readNodes(wires: readonly string[], context: Asker): Promise<(NodeValue | null)[]> {
  if (wires.length > nodesLimit) {
    throw badUserInput('ids', `At most ${nodesLimit} ids at once, not ${wires.length}.`);
  }
  return Promise.all(
    wires.map((wire, index) => readNode(['ids', index], wire, context).catch((error: Error) => error)),
  );
}
