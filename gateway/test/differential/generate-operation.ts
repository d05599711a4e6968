import {
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
  parse,
  validate,
} from 'graphql';
import type { Random } from './random.ts';

export interface Case {
  readonly source: string;
  readonly variables: Record<string, unknown>;
}

interface Draft {
  readonly schema: GraphQLSchema;
  readonly random: Random;
  readonly variables: Map<string, { type: string; value: unknown; isGiven: boolean; fallback: string }>;
  readonly fragments: Map<string, string>;
  /** Fields left to select: generated operations must stay readable. */
  budget: number;
}

/** A valid operation on the schema; conflicting drafts are thrown away. */
export function generateOperation(schema: GraphQLSchema, random: Random): Case {
  for (let attempt = 0; attempt < 40; attempt++) {
    const drafted = draft(schema, random, attempt);
    if (validate(schema, parse(drafted.source)).length === 0) return drafted;
  }
  return { source: '{ __typename }', variables: {} };
}

function draft(schema: GraphQLSchema, random: Random, attempt: number): Case {
  const roots = [
    ['query', schema.getQueryType(), 8],
    ['mutation', schema.getMutationType(), 2],
    ['subscription', schema.getSubscriptionType(), 1],
  ] as const;
  const [kind, root] = random.pick(
    roots.flatMap((one) => (one[1] ? Array<typeof one>(one[2]).fill(one) : [])),
  );
  if (!root) throw new Error('A schema has a query type');
  // Drafts become smaller and plainer as attempts fail.
  const made: Draft = {
    schema,
    random,
    variables: new Map(),
    fragments: new Map(),
    budget: Math.max(4, 28 - attempt),
  };
  const body = kind === 'subscription' ? `{ ${field(made, root, 4, false)} }` : selections(made, root, 5);
  const definitions = [...made.variables].map(
    ([name, { type, fallback }]) => `$${name}: ${type}${fallback === '' ? '' : ` = ${fallback}`}`,
  );
  const head = definitions.length > 0 ? `(${definitions.join(', ')})` : '';
  const name = random.chance(0.5) ? ' Op' : head === '' ? '' : ' Op';
  const source = [`${kind}${name}${head} ${body}`, ...made.fragments.values()].join('\n');
  const given = [...made.variables].filter(([, variable]) => variable.isGiven);
  return { source, variables: Object.fromEntries(given.map(([key, variable]) => [key, variable.value])) };
}

function selections(made: Draft, type: GraphQLCompositeType, depth: number): string {
  const { random } = made;
  const count = 1 + random.below(4);
  const parts: string[] = [];
  for (let i = 0; i < count && (made.budget > 0 || parts.length === 0); i++) {
    const roll = random.below(20);
    if (roll === 0) parts.push(random.chance(0.3) ? 't: __typename' : '__typename');
    else if ((roll < 4 || isUnionType(type)) && depth > 0) parts.push(fragment(made, type, depth));
    else parts.push(field(made, type, depth, random.chance(0.12)));
  }
  return `{ ${parts.join(' ')} }`;
}

function field(made: Draft, type: GraphQLCompositeType, depth: number, isConditional: boolean): string {
  const { random } = made;
  const all = 'getFields' in type ? Object.values(type.getFields()) : [];
  const usable =
    depth > 0 && made.budget > 0 ? all : all.filter((one) => !isCompositeType(getNamedType(one.type)));
  if (usable.length === 0) return '__typename';
  const chosen = random.pick(usable);
  made.budget--;
  const named = getNamedType(chosen.type);
  const alias = random.chance(0.22) ? `${random.pick(['a', 'b', 'c', ...all.map((one) => one.name)])}: ` : '';
  const condition = isConditional ? ` ${directive(made)}` : '';
  const inner = isCompositeType(named) ? ` ${selections(made, named, depth - 1)}` : '';
  return `${alias}${chosen.name}${fieldArguments(made, chosen)}${condition}${inner}`;
}

function fragment(made: Draft, type: GraphQLCompositeType, depth: number): string {
  const { random, schema } = made;
  const related = isAbstractType(type)
    ? [type, ...schema.getPossibleTypes(type)]
    : isObjectType(type)
      ? [type, ...type.getInterfaces()]
      : [type];
  const target = random.pick(related);
  const condition = random.chance(0.12) ? ` ${directive(made)}` : '';
  if (random.chance(0.3)) {
    const known = [...made.fragments.keys()].filter((name) => name.startsWith(`${target.name}F`));
    if (known.length > 0 && random.chance(0.5)) return `...${random.pick(known)}${condition}`;
    const body = selections(made, target, depth - 1);
    const name = `${target.name}F${made.fragments.size}`;
    made.fragments.set(name, `fragment ${name} on ${target.name} ${body}`);
    return `...${name}${condition}`;
  }
  const on = target === type && random.chance(0.3) ? '' : ` on ${target.name}`;
  return `...${on}${condition} ${selections(made, target, depth - 1)}`;
}

function directive(made: Draft): string {
  const { random } = made;
  const name = random.pick(['skip', 'include']);
  if (random.chance(0.25)) return `@${name}(if: ${random.chance(0.5)})`;
  const variable = random.pick(['v0', 'v1', 'v2']);
  if (!made.variables.has(variable)) {
    const value = random.chance(0.5);
    const hasDefault = random.chance(0.3);
    const fallback = hasDefault ? String(random.chance(0.5)) : '';
    const isGiven = !hasDefault || random.chance(0.5);
    made.variables.set(variable, { type: hasDefault ? 'Boolean! ' : 'Boolean!', value, isGiven, fallback });
  }
  return `@${name}(if: $${variable})`;
}

function fieldArguments(made: Draft, { args }: GraphQLField<unknown, unknown>): string {
  const { random } = made;
  const parts = args
    .filter((arg) => isRequiredArgument(arg) || random.chance(0.5))
    .map((arg) => {
      if (random.chance(0.5)) return `${arg.name}: ${literal(input(made, arg.type), arg.type)}`;
      const name = `x${made.variables.size}`;
      const value = input(made, arg.type);
      made.variables.set(name, { type: String(arg.type), value, isGiven: true, fallback: '' });
      return `${arg.name}: $${name}`;
    });
  return parts.length > 0 ? `(${parts.join(', ')})` : '';
}

function input(made: Draft, type: GraphQLInputType): unknown {
  const { random } = made;
  if (isNonNullType(type)) return input(made, type.ofType);
  if (isListType(type)) return Array.from({ length: random.below(3) }, () => input(made, type.ofType));
  if (isEnumType(type)) return random.pick(type.getValues()).name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(
      (one) => isNonNullType(one.type) || random.chance(0.5),
    );
    return Object.fromEntries(fields.map((one) => [one.name, input(made, one.type)]));
  }
  const values: Record<string, unknown> = {
    Int: random.below(3),
    Float: 0.5,
    Boolean: random.chance(0.5),
    ID: '7',
  };
  return values[type.name] ?? `s${random.below(3)}`;
}

function literal(value: unknown, type: GraphQLInputType): string {
  if (isNonNullType(type)) return literal(value, type.ofType);
  if (isListType(type)) return `[${(value as unknown[]).map((one) => literal(one, type.ofType)).join(', ')}]`;
  if (isEnumType(type)) return String(value);
  if (!isInputObjectType(type)) return JSON.stringify(value);
  const fields = type.getFields();
  const parts = Object.entries(value as object).flatMap(([name, one]) => {
    const definition = fields[name];
    return definition ? [`${name}: ${literal(one, definition.type)}`] : [];
  });
  return `{ ${parts.join(', ')} }`;
}
