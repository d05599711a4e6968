/**
 * The websocket subprotocol of `graphql-transport-ws` with one message more: `next_many` carries a payload for many
 * operations. Who offers it understands both; who does not is served the plain protocol.
 */
export const manyProtocol = 'graphql-transport-ws.many';

/** `payload` for each of `ids`, with the id's own of `cursors` wherever `placeholder` stands in it. */
export interface NextManyMessage {
  type: typeof nextManyType;
  ids: readonly string[];
  cursors: readonly string[];
  placeholder: string;
  payload: Record<string, unknown>;
}

export const nextManyType = 'next_many';
