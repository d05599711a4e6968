import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
} from 'graphql';
import type { Schemas } from './rule.ts';

type Torn = { meeting: ReadonlySet<GraphQLNamedType>; shapes: ReadonlySet<string> };

/** Read off two schemas once, however many fields change between them. */
const known = new WeakMap<Schemas, Torn>();

/**
 * Whether a field can stand under one response name with another field that it no longer goes with: GraphQL
 * refuses `{ ... on A { x } ... on B { x } }` when the types of `x` part, and at any depth below the fragments
 * too. Judged from above: that the two types can meet something is enough, not that they can meet each other.
 */
export function partsFromAnother(schemas: Schemas, typeName: string, fieldName: string): boolean {
  const torn = known.get(schemas) ?? tornShapes(schemas);
  known.set(schemas, torn);
  const type = schemas.before.getType(typeName);
  if (type === undefined || !torn.meeting.has(type)) return false;
  const field = fieldsOf(schemas.before, type).find(({ name }) => name === fieldName);
  return field !== undefined && torn.shapes.has(shapeOf(field.type));
}

/** Fields that had one shape may have stood together; those whose shapes are several now may not any longer. */
function tornShapes({ before, after }: Schemas): Torn {
  const meeting = meetingTypes(before);
  const becomes = new Map<string, Set<string>>();
  for (const type of meeting) {
    const now = after.getType(type.name);
    const fields = new Map(now ? fieldsOf(after, now).map((field) => [field.name, field]) : []);
    for (const { name, type: old } of fieldsOf(before, type)) {
      const field = fields.get(name);
      if (field === undefined) continue;
      const shapes = becomes.get(shapeOf(old)) ?? new Set();
      becomes.set(shapeOf(old), shapes.add(shapeOf(field.type)));
    }
  }
  return { meeting, shapes: new Set([...becomes].filter(([, now]) => now.size > 1).map(([shape]) => shape)) };
}

/**
 * Types of which two selections can lie over each other without being of one field: those that fragments on an
 * abstract type lead to, and everything that is selected below them.
 */
function meetingTypes(schema: GraphQLSchema): ReadonlySet<GraphQLNamedType> {
  const meeting = new Set<GraphQLNamedType>();
  const open = Object.values(schema.getTypeMap()).filter(isAbstractType) as GraphQLNamedType[];
  for (let type = open.pop(); type !== undefined; type = open.pop()) {
    if (meeting.has(type) || isLeafType(type)) continue;
    meeting.add(type);
    if (isAbstractType(type)) open.push(...schema.getPossibleTypes(type));
    open.push(...fieldsOf(schema, type).map((field) => getNamedType(field.type)));
  }
  return meeting;
}

/** What must be alike where fields meet: lists, non-null and the scalar or enum. */
function shapeOf(type: GraphQLOutputType): string {
  const named = getNamedType(type);
  return isLeafType(named) ? String(type) : String(type).replace(named.name, '{}');
}

/** Introspection is selected like anything else where an operation comes back to the query type. */
function fieldsOf(schema: GraphQLSchema, type: GraphQLNamedType): GraphQLField<unknown, unknown>[] {
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  const meta = type === schema.getQueryType() ? [SchemaMetaFieldDef, TypeMetaFieldDef] : [];
  return [...Object.values(type.getFields()), ...meta];
}
