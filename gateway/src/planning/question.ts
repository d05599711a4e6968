import type { Plan } from './plan.ts';

/** What a planner's cell is told first. */
export interface CellSource {
  /** Of the supergraph. */
  readonly sdl: string;
  readonly allowsIntrospection: boolean;
}

/** A document and one operation of it, as a planner's cell is asked. */
export interface DocumentQuestion {
  /** As the client wrote it. It has been parsed before: it is GraphQL, and within the limits. */
  readonly text: string;
  readonly operationName: string | undefined;
  /** Labels of `@override(label:)` that are on. */
  readonly labels: readonly string[];
  /** Boolean variables of `@skip` and `@include` that are on. */
  readonly switchesOn: readonly string[];
  /** Whether it is known to fit the schema; otherwise that is found out first. */
  readonly isValid: boolean;
  /** Otherwise it is only found out whether it fits. */
  readonly isPlanWanted: boolean;
  /** Ways of planning that are not tried again: the planner ended on them. Default 0, none. */
  readonly waysTried?: number | undefined;
  /** With these variables it is wanted what the operation asks of the schema, and nothing else. */
  readonly introspectWith?: Readonly<Record<string, unknown>> | undefined;
}

/** What a cell found, and the text that it came as, which says it again without the planner: `readFound`. */
export interface Found {
  readonly findings: Findings;
  readonly text: string;
}

/** @throws SyntaxError for what no cell has written */
export function readFound(text: string): Found {
  return { findings: (JSON.parse(text) as Pick<Found, 'findings'>).findings, text };
}

/** What a cell says of it: why it does not fit, that it does, what it asks of the schema, or a plan that has been proven. */
export type Findings =
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }
  | { readonly kind: 'valid' }
  | { readonly kind: 'introspected'; readonly data: Readonly<Record<string, unknown>> }
  | PlannedOperation;

/** An error of a document, in a form that can be sent; positions are characters of its text. */
export interface Problem {
  readonly message: string;
  readonly positions: readonly number[];
}

/** A proven plan, and how what the client wrote is found in what it fetches. Can be sent as JSON. */
export interface PlannedOperation {
  readonly kind: 'planned';
  readonly plan: Plan;
  /** Of fields that are not under their response key in the data: their signature (field-signature.ts) and the key. */
  readonly dataKeys: readonly (readonly [signature: string, key: string])[];
  /** Variables that the planner was told under another name than the client's. */
  readonly clientVariables: readonly (readonly [planned: string, client: string])[];
  readonly proofMs: number;
}
