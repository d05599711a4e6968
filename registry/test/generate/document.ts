import {
  doTypesOverlap,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
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
  if (depth > 0)
    for (const other of random.some(conditions(schema, type), 0.25))
      parts.push(`... on ${other.name} ${selections(schema, other, random, variables, depth - 1)}`);
  return `{ ${parts.join(' ')} }`;
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
