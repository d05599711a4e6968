/** What the bench tells its clients, who live in a process of their own. */
export type Order =
  | { do: 'open'; url: string; query: string; tokens: (string | null)[] }
  /** How many deliveries an event is due, by its author's number; anybody else's by `others`. */
  | { do: 'expect'; due: number[] }
  /** Destroys this share of the sockets at once; their clients come back behind what they saw last. */
  | { do: 'cut'; share: number }
  | { do: 'count' }
  | { do: 'report' }
  | { do: 'close' };

/** What they tell the bench. */
export type Report =
  | { tells: 'opened' }
  | { tells: 'closed' }
  /** An event has reached all whom it is due. */
  | { tells: 'delivered'; event: number }
  | { tells: 'count'; received: number }
  | { tells: 'report'; report: Deliveries };

export interface Deliveries {
  received: number;
  /** Events that lacked their text or their author. */
  bare: number;
  /** Came a second time to one client, and do not count as received. */
  repeated: number;
  p50Ms: number;
  p99Ms: number;
  mostMs: number;
  closes: Record<string, number>;
  ends: Record<string, number>;
}

/** The text of a post: who says it, which event it is, and when it was sent. */
export const textOf = (author: number, event: number) => `${author} ${event} ${Date.now()}`;

export const subscription = `subscription Live($after: String) { homeTimelineUpdates(after: $after) { cursor
  ... on PostAdded { edge { node { id text createdAt author { handle displayName } } } } } }`;
