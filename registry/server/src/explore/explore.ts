import {
  collectCoordinates,
  closeCoordinates,
  fromSupergraph,
  parseText,
} from '@murmuration/registry/server';
import type { UsageFile, Version } from '@murmuration/registry/wire';
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
  Kind,
  visit,
} from 'graphql';
import type { Explored, ExploredField, ExploredType, Use } from './explored.ts';

export const exploreLimits = {
  /** Clients that are named of one field. */
  clients: 20,
} as const;

type Uses = ReadonlyMap<string, { count: number; clients: Set<string> }>;
type Owners = ReadonlyMap<string, ReadonlySet<string>>;

/** Puts together what a version's clients see, who has it, and what was used of it. */
export function explore(
  version: Version,
  files: readonly UsageFile[],
  window: { days: number; isKnown: boolean },
): Explored {
  const { apiSchema } = fromSupergraph(version.supergraphSdl);
  const uses = usesOf(apiSchema, files);
  const owners = ownersOf(version);
  const types = Object.values(apiSchema.getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map((type) => exploreType(type, uses, owners));
  return { version: version.id, ...window, types };
}

function exploreType(type: GraphQLNamedType, uses: Uses, owners: Owners): ExploredType {
  return {
    name: type.name,
    kind: kindOf(type),
    description: type.description ?? '',
    owners: listOf(owners.get(type.name)),
    fields: fieldsOf(type).map((field) => ({
      ...field,
      owners: listOf(owners.get(`${type.name}.${field.name}`)),
      use: useOf(uses, `${type.name}.${field.name}`),
    })),
  };
}

type Field = Omit<ExploredField, 'owners' | 'use'>;

function fieldsOf(type: GraphQLNamedType): Field[] {
  if (isEnumType(type))
    return type.getValues().map(({ deprecationReason, description, name }) => ({
      name,
      signature: name,
      description: description ?? '',
      deprecation: deprecationReason ?? undefined,
    }));
  if (isInputObjectType(type))
    return Object.values(type.getFields()).map((field) => ({
      name: field.name,
      signature: `${field.name}: ${field.type}`,
      description: field.description ?? '',
      deprecation: field.deprecationReason ?? undefined,
    }));
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).map((field) => {
    const args = field.args.map((argument) => `${argument.name}: ${argument.type}`).join(', ');
    return {
      name: field.name,
      signature: `${field.name}${args && `(${args})`}: ${field.type}`,
      description: field.description ?? '',
      deprecation: field.deprecationReason ?? undefined,
    };
  });
}

function kindOf(type: GraphQLNamedType): string {
  if (isObjectType(type)) return 'type';
  if (isInterfaceType(type)) return 'interface';
  if (isUnionType(type))
    return `union of ${type
      .getTypes()
      .map(({ name }) => name)
      .join(', ')}`;
  if (isEnumType(type)) return 'enum';
  if (isInputObjectType(type)) return 'input';
  return isScalarType(type) ? 'scalar' : 'type';
}

function usesOf(schema: GraphQLSchema, files: readonly UsageFile[]): Uses {
  const uses = new Map<string, { count: number; clients: Set<string> }>();
  const read = new Map<string, ReadonlySet<string>>();
  for (const { client, coordinates = [], count, document, name } of files.flatMap(
    ({ operations }) => operations,
  )) {
    const key = document ?? JSON.stringify(coordinates);
    const used = read.get(key) ?? coordinatesOf(schema, name, coordinates, document);
    read.set(key, used);
    for (const coordinate of used) {
      const use = uses.get(coordinate) ?? { count: 0, clients: new Set() };
      use.count += count;
      use.clients.add(client.version ? `${client.name}@${client.version}` : client.name);
      uses.set(coordinate, use);
    }
  }
  return uses;
}

function coordinatesOf(
  schema: GraphQLSchema,
  name: string,
  coordinates: readonly string[],
  document: string | undefined,
): ReadonlySet<string> {
  if (document === undefined) return closeCoordinates(schema, coordinates);
  try {
    return collectCoordinates(schema, parseText(document, name));
  } catch {
    return new Set();
  }
}

function useOf(uses: Uses, coordinate: string): Use {
  const { clients, count } = uses.get(coordinate) ?? { clients: new Set<string>(), count: 0 };
  return { count, clients: [...clients].toSorted().slice(0, exploreLimits.clients) };
}

/** Which subgraphs write a type or a field in their SDL. */
function ownersOf({ subgraphs }: Version): Owners {
  const owners = new Map<string, Set<string>>();
  const add = (coordinate: string, owner: string) =>
    owners.set(coordinate, (owners.get(coordinate) ?? new Set()).add(owner));
  for (const { name: owner, sdl } of subgraphs)
    visit(parseText(sdl, owner), {
      enter(node) {
        if (!('name' in node) || node.name?.kind !== Kind.NAME) return undefined;
        const members =
          'fields' in node
            ? node.fields
            : 'values' in node && Array.isArray(node.values)
              ? node.values
              : undefined;
        if (!/Type(Definition|Extension)$/.test(node.kind)) return undefined;
        add(node.name.value, owner);
        for (const member of members ?? [])
          if ('name' in member) add(`${node.name.value}.${member.name.value}`, owner);
        return false;
      },
    });
  return owners;
}

const listOf = (names: ReadonlySet<string> | undefined) => [...(names ?? [])].toSorted();
