import type { Random } from './random.ts';

/** A schema as plain data, so that a mutation is an edit. Types are written as in SDL. */
export type Arg = { name: string; type: string; default?: string };
export type Field = { name: string; type: string; args: Arg[]; deprecated?: boolean };
export type Model = {
  enums: { name: string; values: string[] }[];
  inputs: { name: string; fields: Arg[] }[];
  interfaces: { name: string; fields: Field[] }[];
  objects: { name: string; implements: string[]; fields: Field[] }[];
  unions: { name: string; members: string[] }[];
  directive: { args: Arg[]; locations: string[]; repeatable: boolean };
};

const scalars = ['Int', 'String', 'Boolean', 'ID'];
const literals: Record<string, string> = { Int: '1', String: '"x"', Boolean: 'true', ID: '"i"' };

/** A random schema with every kind of type; `Query` leads everywhere. */
export function randomModel(random: Random): Model {
  const enums = ['E0', 'E1'].map((name) => ({ name, values: ['A', 'B', 'C'].slice(0, 2 + random.below(2)) }));
  const inputs = ['In0', 'In1'].map((name, position) => ({
    name,
    fields: ['a', 'b', 'c'].map((field) => randomArg(random, field, position === 0 ? ['In1'] : [])),
  }));
  const plain = ['P0', 'P1', 'P2'];
  const composites = ['O0', 'O1', 'O2', 'O3', 'I0', 'I1', 'U0', 'U1', ...plain];
  const fields = (prefix: string, count: number): Field[] =>
    Array.from({ length: count }, (_, position) => randomField(random, `${prefix}${position}`, composites));
  const interfaces = ['I0', 'I1'].map((name) => ({ name, fields: fields(name.toLowerCase(), 2) }));
  const objects = ['O0', 'O1', 'O2', 'O3'].map((name) => {
    const own = random.some(interfaces);
    const inherited = own.flatMap((one) => structuredClone(one.fields));
    return { name, implements: own.map((one) => one.name), fields: [...inherited, ...fields('f', 2)] };
  });
  // In no union and no interface: what they select meets something only below the fragments of others.
  for (const name of plain) objects.push({ name, implements: [], fields: fields('p', 3) });
  const unions = ['U0', 'U1'].map((name) => ({
    name,
    members: ['O0', ...random.some(['O1', 'O2', 'O3'])],
  }));
  const roots = composites.map((name) => randomField(random, `get${name}`, [name], name));
  objects.push({ name: 'Query', implements: [], fields: [...roots, ...fields('q', 2)] });
  const directive = {
    args: [randomArg(random, 'a', [])],
    locations: ['FIELD', 'INLINE_FRAGMENT'],
    repeatable: true,
  };
  return { enums, inputs, interfaces, objects, unions, directive };
}

/** A random output field; `only` fixes its named type. */
export function randomField(random: Random, name: string, composites: string[], only?: string): Field {
  const named = only ?? random.pick([...scalars, ...scalars, 'E0', 'E1', ...composites]);
  const args = random.some(['x', 'y'], 0.3).map((arg) => randomArg(random, arg, ['In0', 'In1']));
  return { name, type: wrapped(random, named), args };
}

/** A random argument or input field. Inputs nest as nullable, so that they end. */
export function randomArg(random: Random, name: string, inputs: string[]): Arg {
  const named = random.pick([...scalars, 'E0', 'E1', ...inputs]);
  const type = inputs.includes(named) ? named : wrapped(random, named);
  const canDefault = !inputs.includes(named) && random.chance(0.4);
  return { name, type, ...(canDefault ? { default: literalFor(type) } : {}) };
}

/** A type with random `!` and `[]` around it. */
export function wrapped(random: Random, named: string): string {
  const inner = random.chance(0.4) ? `${named}!` : named;
  if (random.chance(0.7)) return inner;
  return random.chance(0.4) ? `[${inner}]!` : `[${inner}]`;
}

/** A literal of a scalar, enum or list type. */
export function literalFor(type: string): string {
  const named = type.replace(/[[\]!]/g, '');
  const one = literals[named] ?? 'A';
  return type.startsWith('[') ? `[${one}]` : one;
}

/** The model as SDL. */
export function printModel(model: Model): string {
  const printArg = (arg: Arg) =>
    `${arg.name}: ${arg.type}${arg.default === undefined ? '' : ` = ${arg.default}`}`;
  const printArgs = (all: Arg[]) => (all.length > 0 ? `(${all.map(printArg).join(', ')})` : '');
  const printField = (field: Field) =>
    `${field.name}${printArgs(field.args)}: ${field.type}${field.deprecated ? ' @deprecated' : ''}`;
  const { directive } = model;
  return [
    `directive @d${printArgs(directive.args)}${directive.repeatable ? ' repeatable' : ''} on ${directive.locations.join(' | ')}`,
    ...model.enums.map(({ name, values }) => `enum ${name} { ${values.join(' ')} }`),
    ...model.inputs.map(({ name, fields }) => `input ${name} { ${fields.map(printArg).join(' ')} }`),
    ...model.interfaces.map(
      ({ name, fields }) => `interface ${name} { ${fields.map(printField).join(' ')} }`,
    ),
    ...model.objects.map(({ name, implements: of, fields }) => {
      const clause = of.length > 0 ? ` implements ${of.join(' & ')}` : '';
      return `type ${name}${clause} { ${fields.map(printField).join(' ')} }`;
    }),
    ...model.unions.map(({ name, members }) => `union ${name} = ${members.join(' | ')}`),
  ].join('\n');
}
