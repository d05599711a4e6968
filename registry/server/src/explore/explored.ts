/** A schema as people look through it, with what is known of its use. */
export type Explored = {
  version: number;
  days: number;
  /** Whether the reports cover all of these days: else "not used" is "not seen". */
  isKnown: boolean;
  types: ExploredType[];
};

export type ExploredType = {
  name: string;
  kind: string;
  description: string;
  /** Subgraphs that have it. */
  owners: string[];
  fields: ExploredField[];
};

export type ExploredField = {
  name: string;
  /** With arguments, as in SDL. */
  signature: string;
  description: string;
  deprecation: string | undefined;
  owners: string[];
  use: Use;
};

/** Calls by whom, in the days looked at. */
export type Use = { count: number; clients: string[] };
