import { readFileSync } from 'node:fs';
import {
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  type InputObjectTypeDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type TypeNode,
} from 'graphql';

/** A field that an operation may begin with, as a subgraph's schema has it. */
export interface RootField {
  subgraph: string;
  kind: 'query' | 'mutation' | 'subscription';
  name: string;
  /** Asks for it, with some value wherever one is possible. */
  document: string;
  isAuthenticated: boolean;
}

const kinds = { Query: 'query', Mutation: 'mutation', Subscription: 'subscription' } as const;
const values: Record<string, string> = {
  ID: '"usr_00000000001"',
  String: '"nonsense"',
  Boolean: 'true',
  Int: '1',
};

/** Every root field of every subgraph. */
export function rootFields(subgraphs: readonly string[]): RootField[] {
  return subgraphs.flatMap((subgraph) => {
    const { roots, types } = read(subgraph);
    return roots.flatMap((root) => {
      const kind = kinds[root.name.value as keyof typeof kinds];
      return (root.fields ?? []).map((field) => ({
        subgraph,
        kind,
        name: field.name.value,
        document: `${kind} { ${field.name.value}${argumentsOf(field, kind, types)} { __typename } }`,
        isAuthenticated: field.directives?.some(({ name }) => name.value === 'authenticated') ?? false,
      }));
    });
  });
}

/** What values are made of, by name. */
type Types = ReadonlyMap<string, InputObjectTypeDefinitionNode | EnumTypeDefinitionNode>;

function read(subgraph: string): { roots: ObjectTypeDefinitionNode[]; types: Types } {
  const url = new URL(`../../subgraphs/${subgraph}/schema.graphql`, import.meta.url);
  const { definitions } = parse(readFileSync(url, 'utf8'));
  const types = definitions.filter(
    (each) => each.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION || each.kind === Kind.ENUM_TYPE_DEFINITION,
  );
  const roots = definitions.filter(
    (each): each is ObjectTypeDefinitionNode =>
      each.kind === Kind.OBJECT_TYPE_DEFINITION && each.name.value in kinds,
  );
  return { roots, types: new Map(types.map((each) => [each.name.value, each])) };
}

/** Of a list's size only the first: two sizes are one too many. A stream with a cursor that it never gave begins with a `Reset`. */
function argumentsOf(
  { arguments: given = [] }: FieldDefinitionNode,
  kind: RootField['kind'],
  types: Types,
): string {
  const left = kind === 'subscription' ? ['last', 'before'] : ['after', 'last', 'before'];
  const named = given.filter(({ name }) => !left.includes(name.value));
  return named.length > 0 ? `(${named.map((each) => valueOf(each, types)).join(', ')})` : '';
}

function valueOf({ name, type }: InputValueDefinitionNode, types: Types): string {
  return `${name.value}: ${textOf(type, types)}`;
}

function textOf(type: TypeNode, types: Types): string {
  if (type.kind === Kind.NON_NULL_TYPE) return textOf(type.type, types);
  if (type.kind === Kind.LIST_TYPE) return `[${textOf(type.type, types)}]`;
  const made = types.get(type.name.value);
  if (made?.kind === Kind.ENUM_TYPE_DEFINITION) return made.values?.[0]?.name.value ?? 'null';
  if (made) return `{ ${(made.fields ?? []).map((field) => valueOf(field, types)).join(', ')} }`;
  // What is left are scalars of our own, which only optional fields have.
  return values[type.name.value] ?? 'null';
}

/** A mutation with something in the place of an id that is none, and all else as it may be. */
export interface MalformedId {
  mutation: string;
  /** The field of the input. */
  field: string;
  document: string;
}

/** Every id of every mutation's input; what needs a scope is refused before its input is looked at. */
export function malformedIds(subgraphs: readonly string[]): MalformedId[] {
  return subgraphs.flatMap((subgraph) => {
    const { roots, types } = read(subgraph);
    const mutations = roots.find(({ name }) => name.value === 'Mutation')?.fields ?? [];
    const open = mutations.filter(
      ({ directives = [] }) => !directives.some(({ name }) => name.value === 'requiresScopes'),
    );
    return open.flatMap((mutation) => {
      const input = types.get(innerName(mutation.arguments?.[0]?.type));
      const fields = input?.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION ? (input.fields ?? []) : [];
      const ids = fields.filter(({ type }) => innerName(type) === 'ID');
      return ids.map(({ name: { value: field } }) => {
        const needed = fields.filter(
          (each) => each.name.value !== field && each.type.kind === Kind.NON_NULL_TYPE,
        );
        const given = [`${field}: "nonsense"`, ...needed.map((each) => valueOf(each, types))].join(', ');
        const { value: name } = mutation.name;
        const document = `mutation { ${name}(input: { ${given} }) { errors { __typename code path } } }`;
        return { mutation: name, field, document };
      });
    });
  });
}

function innerName(type: TypeNode | undefined): string {
  if (!type) return '';
  return type.kind === Kind.NAMED_TYPE ? type.name.value : innerName(type.type);
}
