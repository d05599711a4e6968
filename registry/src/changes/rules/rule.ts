import type { SerializableChange, TypeOfChangeType } from '@graphql-inspector/core';
import type { GraphQLSchema } from 'graphql';
import type { Level, Touches } from '../change.ts';

/** Both sides of a comparison. */
export type Schemas = { before: GraphQLSchema; after: GraphQLSchema };

/** What we say about one change. */
export type Assessment = { coordinate: string; level: Level; reason: string; touches: Touches };

/** The inspector's facts about changes of type `T`. */
export type MetaOf<T extends TypeOfChangeType> = Extract<SerializableChange, { type: T }>['meta'];

/** Directives *on* the schema are twenty-six change types with one answer: see `directive-usage.ts`. */
export type UsageType = Extract<TypeOfChangeType, `DIRECTIVE_USAGE_${string}`>;

/** One rule a change type: the level, the reason and whom it touches. */
export type Rules = {
  [T in Exclude<TypeOfChangeType, UsageType>]: (meta: MetaOf<T>, schemas: Schemas) => Assessment;
};

/** No client can notice. */
export function safe(coordinate: string, reason: string): Assessment {
  return { coordinate, level: 'safe', reason, touches: [] };
}

/** An answer may surprise a client, or an operation of a rare form be refused; whoever counts operations validates them. */
export function dangerous(coordinate: string, reason: string, touches: Touches): Assessment {
  return { coordinate, level: 'dangerous', reason, touches };
}

/** An operation that was valid may be refused. */
export function breaking(coordinate: string, reason: string, touches: Touches): Assessment {
  return { coordinate, level: 'breaking', reason, touches };
}

/** Descriptions and deprecations are for people; an operation means the same with and without. */
export function onlyText(coordinate: string): Assessment {
  return safe(coordinate, 'Only the documentation changes.');
}
