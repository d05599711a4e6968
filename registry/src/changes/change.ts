import type { SourceLocation } from '../locate/coordinate-index.ts';
import type { ChangeTypeName } from './own-types.ts';

/** What a change means to clients that are already out there. */
export type Level = 'breaking' | 'dangerous' | 'safe';

/**
 * When a client is touched: it uses every coordinate of one of the groups. `[['User.name']]` is
 * "whoever selects that field", `[['Pet', 'Cat']]` "whoever asks for cats among pets".
 */
export type Touches = readonly (readonly string[])[];

/** One difference between two schemas, as clients see it. */
export type Change = {
  /** Stable over commits and machines: a hash of type, coordinate, before and after. */
  id: string;
  type: ChangeTypeName;
  level: Level;
  /** Why it has this level, in one sentence. */
  reason: string;
  message: string;
  /** A schema coordinate: `User.name`, `Query.user(id:)`, `@tag`. */
  coordinate: string;
  before?: string;
  after?: string;
  touches: Touches;
  /** Where to look in the SDL: of the candidate, or of the baseline's parent for a removal. */
  location?: SourceLocation;
  /** The subgraph whose SDL the location is in. */
  subgraph?: string;
  /** Set for a change that only this contract sees. */
  contract?: string;
};
