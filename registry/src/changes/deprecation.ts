import { type GraphQLSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import type { Change } from './change.ts';

/** What is needed to judge whether a removal was announced long enough before. */
export type Deprecations = {
  baseline: GraphQLSchema | undefined;
  /** When a published version first had the coordinate deprecated; absent without a store. */
  since: ReadonlyMap<string, string>;
  graceDays: number;
  nowMs: number;
};

const dayMs = 86_400_000;
const removals = new Set([
  'FIELD_REMOVED',
  'FIELD_ARGUMENT_REMOVED',
  'INPUT_FIELD_REMOVED',
  'ENUM_VALUE_REMOVED',
]);

/** Whether a change takes away something that could have been deprecated first. */
export function isRemoval(change: Pick<Change, 'type'>): boolean {
  return removals.has(change.type);
}

/** Why a removal comes too early, if it does. Types cannot be deprecated, so they are not asked. */
export function deprecationProblem(change: Change, known: Deprecations): string | undefined {
  if (!isRemoval(change) || known.baseline === undefined) return undefined;
  const reason = deprecationOf(known.baseline, change.coordinate);
  if (reason === undefined) return 'It was not deprecated first.';
  const since = known.since.get(change.coordinate) ?? /\b\d{4}-\d{2}-\d{2}\b/.exec(reason)?.[0];
  if (since === undefined) return 'It is deprecated, but nothing says since when.';
  const days = (known.nowMs - Date.parse(since)) / dayMs;
  return days >= known.graceDays
    ? undefined
    : `It is deprecated since ${since.slice(0, 10)}: ${Math.floor(Math.max(0, days))} of ${known.graceDays} days.`;
}

/** The reason with which a coordinate is deprecated. */
export function deprecationOf(schema: GraphQLSchema, coordinate: string): string | undefined {
  const [, typeName = '', member = '', argument] = /^(\w+)\.(\w+)(?:\((\w+):\))?$/.exec(coordinate) ?? [];
  const type = schema.getType(typeName);
  if (isEnumType(type)) return type.getValue(member)?.deprecationReason ?? undefined;
  if (isInputObjectType(type)) return type.getFields()[member]?.deprecationReason ?? undefined;
  if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
  const field = type.getFields()[member];
  if (argument === undefined) return field?.deprecationReason ?? undefined;
  return field?.args.find(({ name }) => name === argument)?.deprecationReason ?? undefined;
}
