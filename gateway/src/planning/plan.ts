/**
 * A plan in our own words, whichever planner made it: what to fetch where, in which order, and how the answers fit together.
 * The executor and the checker (prove/) know only this. It has no conditions: what `@skip` and `@include` leave of an
 * operation is decided before it is planned (switches.ts).
 */
export interface Plan {
  /** Absent when nothing has to be fetched. */
  readonly node?: PlanNode | undefined;
  /** Of a subscription: opened upstream; `node` then runs for each of its events. */
  readonly primary?: FetchNode | undefined;
}

export type PlanNode = FetchNode | BatchFetchNode | FlattenNode | GroupNode;

interface SubgraphOperation {
  readonly subgraph: string;
  /** As it is sent. */
  readonly operation: string;
  readonly operationName: string | undefined;
  /** Variables of the planned operation that it uses. */
  readonly variables: readonly string[];
}

/** One request: of root fields, or of entities when `requires` is there. */
export interface FetchNode extends SubgraphOperation {
  readonly kind: 'Fetch';
  readonly operationKind: 'query' | 'mutation' | 'subscription';
  /** Of root fields: their keys in the answer, `__typename` left out. */
  readonly rootKeys?: readonly string[] | undefined;
  readonly requires?: readonly RequiredSelection[] | undefined;
  readonly inputRewrites?: readonly Rewrite[] | undefined;
  readonly outputRewrites?: readonly Rewrite[] | undefined;
}

/** Several sets of entities in one request. */
export interface BatchFetchNode extends SubgraphOperation {
  readonly kind: 'BatchFetch';
  readonly sets: readonly EntitySet[];
}

/** One aliased `_entities` of a request. */
export interface EntitySet {
  readonly alias: string;
  /** The variable that its representations are sent in. */
  readonly variable: string;
  /** Where its entities stand, each from the root of the data. */
  readonly paths: readonly PlanPath[];
  readonly requires: readonly RequiredSelection[];
  readonly inputRewrites?: readonly Rewrite[] | undefined;
  readonly outputRewrites?: readonly Rewrite[] | undefined;
}

export interface FlattenNode {
  readonly kind: 'Flatten';
  readonly path: PlanPath;
  readonly node: PlanNode;
}

export interface GroupNode {
  readonly kind: 'Sequence' | 'Parallel';
  readonly nodes: readonly PlanNode[];
}

/** A step down to a key, into every element of a list, or only on if the object is of one of these types. */
export type PathSegment =
  | { readonly kind: 'field'; readonly key: string }
  | { readonly kind: 'list' }
  | { readonly kind: 'types'; readonly types: readonly string[] };

export type PlanPath = readonly PathSegment[];

/** Part of a representation. */
export type RequiredSelection = RequiredField | RequiredFragment;

export interface RequiredField {
  readonly kind: 'Field';
  /** Where the value is in the data fetched so far. */
  readonly key: string;
  /** What the subgraph calls it. */
  readonly name: string;
  readonly selections?: readonly RequiredSelection[] | undefined;
}

export interface RequiredFragment {
  readonly kind: 'InlineFragment';
  readonly typeCondition?: string | undefined;
  readonly selections: readonly RequiredSelection[];
}

export type RewriteStep =
  | { readonly kind: 'field'; readonly key: string }
  | { readonly kind: 'types'; readonly types: readonly string[] };

/** A correction of a representation or of an answer. The last step of its path is the key that changes. */
export type Rewrite =
  | { readonly kind: 'ValueSetter'; readonly path: readonly RewriteStep[]; readonly value: unknown }
  | { readonly kind: 'KeyRenamer'; readonly path: readonly RewriteStep[]; readonly to: string };
