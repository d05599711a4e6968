import type { Connection, Edge, UserId } from '@murmuration/ids';
import type { View } from '../profiles/person.ts';

/** Whom an edge is about, whether or not they exist for the viewer. */
export interface Member {
  id: UserId;
  handle: string;
  /** The viewer decided about them, and must be able to find them again. */
  isDecided: boolean;
  view: View;
}

export type PersonEdge = Edge<Member>;
export type PersonConnection = Connection<Member>;
