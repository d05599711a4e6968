import { readFileSync } from 'node:fs';
import {
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
    const { inputs, roots } = read(subgraph);
    return roots.flatMap((root) => {
      const kind = kinds[root.name.value as keyof typeof kinds];
      return (root.fields ?? []).map((field) => ({
        subgraph,
        kind,
        name: field.name.value,
        document: `${kind} { ${field.name.value}${argumentsOf(field, inputs)} { __typename } }`,
        isAuthenticated: field.directives?.some(({ name }) => name.value === 'authenticated') ?? false,
      }));
    });
  });
}

type Inputs = ReadonlyMap<string, InputObjectTypeDefinitionNode>;

function read(subgraph: string): { roots: ObjectTypeDefinitionNode[]; inputs: Inputs } {
  const url = new URL(`../../subgraphs/${subgraph}/schema.graphql`, import.meta.url);
  const { definitions } = parse(readFileSync(url, 'utf8'));
  const inputs = definitions.filter((each) => each.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION);
  const roots = definitions.filter(
    (each): each is ObjectTypeDefinitionNode =>
      each.kind === Kind.OBJECT_TYPE_DEFINITION && each.name.value in kinds,
  );
  return { roots, inputs: new Map(inputs.map((each) => [each.name.value, each])) };
}

/** Of a list's size only the first: two sizes are one too many. */
function argumentsOf({ arguments: given = [] }: FieldDefinitionNode, inputs: Inputs): string {
  const named = given.filter(({ name }) => !['after', 'last', 'before'].includes(name.value));
  return named.length > 0 ? `(${named.map((each) => valueOf(each, inputs)).join(', ')})` : '';
}

function valueOf({ name, type }: InputValueDefinitionNode, inputs: Inputs): string {
  return `${name.value}: ${textOf(type, inputs)}`;
}

function textOf(type: TypeNode, inputs: Inputs): string {
  if (type.kind === Kind.NON_NULL_TYPE) return textOf(type.type, inputs);
  if (type.kind === Kind.LIST_TYPE) return `[${textOf(type.type, inputs)}]`;
  const fields = inputs.get(type.name.value)?.fields;
  if (fields) return `{ ${fields.map((field) => valueOf(field, inputs)).join(', ')} }`;
  // What is left are enums, which only optional fields have.
  return values[type.name.value] ?? 'null';
}

/** A mutation with something in the place of an id that is none, and all else as it may be. */
export interface MalformedId {
  mutation: string;
  /** The field of the input. */
  field: string;
  document: string;
}

/** Every id of every mutation's input. */
export function malformedIds(subgraphs: readonly string[]): MalformedId[] {
  return subgraphs.flatMap((subgraph) => {
    const { inputs, roots } = read(subgraph);
    const mutations = roots.find(({ name }) => name.value === 'Mutation')?.fields ?? [];
    return mutations.flatMap((mutation) => {
      const fields = inputs.get(innerName(mutation.arguments?.[0]?.type))?.fields ?? [];
      const ids = fields.filter(({ type }) => innerName(type) === 'ID');
      return ids.map(({ name: { value: field } }) => {
        const needed = fields.filter(
          (each) => each.name.value !== field && each.type.kind === Kind.NON_NULL_TYPE,
        );
        const input = [`${field}: "nonsense"`, ...needed.map((each) => valueOf(each, inputs))].join(', ');
        const { value: name } = mutation.name;
        const document = `mutation { ${name}(input: { ${input} }) { errors { __typename code path } } }`;
        return { mutation: name, field, document };
      });
    });
  });
}

function innerName(type: TypeNode | undefined): string {
  if (!type) return '';
  return type.kind === Kind.NAMED_TYPE ? type.name.value : innerName(type.type);
}
