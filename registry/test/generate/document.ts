import {
  doTypesOverlap,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import type { Random } from './random.ts';

/** A random operation for `schema`: fragments, aliases, literals and variables. It may be invalid. */
export function randomDocument(schema: GraphQLSchema, random: Random): string {
  const variables = Object.assign(new Map<string, string>(), { unique: 0 });
  const query = schema.getQueryType();
  if (!query) throw new Error('the schema has no query');
  const body = selections(schema, query, random, variables, 2);
  const declared = [...variables].map(([name, type]) => `$${name}: ${type}`).join(', ');
  return `query Q${declared ? `(${declared})` : ''} ${body}`;
}

type Variables = Map<string, string> & { unique: number };

const unique = (variables: Variables) => variables.unique++;

function selections(
  schema: GraphQLSchema,
  type: GraphQLNamedType,
  random: Random,
  variables: Variables,
  depth: number,
): string {
  const parts = ['__typename'];
  if (isObjectType(type) || isInterfaceType(type))
    for (const field of random.some(Object.values(type.getFields()), type.name === 'Query' ? 0.3 : 0.4)) {
      const inner = getNamedType(field.type);
      if (isCompositeType(inner) && depth === 0) continue;
      // Most names are unique; a few are shared, so that fields of different types meet under one.
      const alias = random.chance(0.5) ? `u${unique(variables)}: ` : random.chance(0.1) ? 'k: ' : '';
      const args = argumentsFor(field.args, random, variables);
      const directive = random.chance(0.1) ? directiveUse(schema, random, variables) : '';
      const nested = isCompositeType(inner)
        ? ` ${selections(schema, inner, random, variables, depth - 1)}`
        : '';
      parts.push(`${alias}${field.name}${args}${directive}${nested}`);
    }
  const members = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  if (members.length > 1 && random.chance(0.5)) parts.push(twins(schema, members, random, variables));
  if (depth > 0)
    for (const other of random.some(conditions(schema, type), 0.25))
      parts.push(`... on ${other.name} ${selections(schema, other, random, variables, depth - 1)}`);
  return `{ ${parts.join(' ')} }`;
}

/** Two members of an abstract type select under the same names, below one another too, what still goes together. */
function twins(
  schema: GraphQLSchema,
  members: readonly GraphQLObjectType[],
  random: Random,
  variables: Variables,
): string {
  const [one, other] = [random.pick(members), random.pick(members)];
  const [left, right] = overlaid(schema, one, other, random, variables, 3);
  return one === other ? '' : `... on ${one.name} { ${left} } ... on ${other.name} { ${right} }`;
}

type Texts = [left: string, right: string];

function overlaid(
  schema: GraphQLSchema,
  one: GraphQLNamedType,
  other: GraphQLNamedType,
  random: Random,
  variables: Variables,
  depth: number,
): Texts {
  const found = random.some(pairs(one, other), 0.5).slice(0, 3);
  const texts = found.flatMap(([left, right]): Texts[] => {
    const [inner, below] = [getNamedType(left.type), getNamedType(right.type)];
    if (isCompositeType(inner) && depth === 0) return [];
    const name = `t${unique(variables)}`;
    const nested: Texts = isCompositeType(inner)
      ? (overlaid(schema, inner, below, random, variables, depth - 1).map((text) => ` { ${text} }`) as Texts)
      : ['', ''];
    return [
      [left, right].map(
        (field, side) =>
          `${name}: ${field.name}${argumentsFor(field.args, random, variables)}${nested[side]}`,
      ) as Texts,
    ];
  });
  const side = (at: 0 | 1) => ['__typename', ...texts.map((text) => text[at])].join(' ');
  return [side(0), side(1)];
}

/** Fields of two types that may have one response name. */
function pairs(one: GraphQLNamedType, other: GraphQLNamedType) {
  const shape = ({ type }: AnyField) => {
    const named = getNamedType(type);
    return isCompositeType(named) ? String(type).replace(named.name, '') : String(type);
  };
  return fieldsOf(one).flatMap((left) =>
    fieldsOf(other)
      .filter((right) => shape(left) === shape(right))
      .map((right) => [left, right] as const),
  );
}

type AnyField = GraphQLField<unknown, unknown>;

function fieldsOf(type: GraphQLNamedType): AnyField[] {
  return isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
}

function conditions(schema: GraphQLSchema, type: GraphQLNamedType): GraphQLNamedType[] {
  return Object.values(schema.getTypeMap()).filter(
    (other) =>
      !other.name.startsWith('__') &&
      other.name !== 'Query' &&
      isCompositeType(type) &&
      isCompositeType(other) &&
      doTypesOverlap(schema, type, other),
  );
}

function directiveUse(schema: GraphQLSchema, random: Random, variables: Variables): string {
  const directive = schema.getDirective('d');
  return directive ? ` @d${argumentsFor(directive.args, random, variables)}` : '';
}

function argumentsFor(args: readonly GraphQLArgument[], random: Random, variables: Variables): string {
  const sent = args.filter((arg) => isRequiredArgument(arg) || random.chance(0.5));
  const text = sent.map((arg) => `${arg.name}: ${valueFor(arg, random, variables)}`);
  return text.length > 0 ? `(${text.join(', ')})` : '';
}

/** A literal or a variable. A nullable variable may stand where a default helps out. */
function valueFor(at: GraphQLArgument | GraphQLInputField, random: Random, variables: Variables): string {
  if (random.chance(0.4)) {
    const name = `v${variables.size}`;
    const text = String(at.type);
    const isLoose = at.defaultValue !== undefined && text.endsWith('!') && random.chance(0.5);
    variables.set(name, isLoose ? text.slice(0, -1) : text);
    return `$${name}`;
  }
  return literal(at.type, random, variables);
}

function literal(type: GraphQLInputType, random: Random, variables: Variables): string {
  if (isNonNullType(type)) return present(type.ofType, random, variables);
  return random.chance(0.1) ? 'null' : present(type, random, variables);
}

function present(type: GraphQLInputType, random: Random, variables: Variables): string {
  if (isListType(type)) return random.chance(0.7) ? `[${literal(type.ofType, random, variables)}]` : '[]';
  if (isEnumType(type)) return random.pick(type.getValues()).name;
  if (isInputObjectType(type)) {
    const sent = Object.values(type.getFields()).filter(
      (field) => isRequiredInputField(field) || random.chance(0.5),
    );
    return `{ ${sent.map((field) => `${field.name}: ${valueFor(field, random, variables)}`).join(', ')} }`;
  }
  return { Int: '1', Boolean: 'true' }[type.name] ?? '"x"';
}
