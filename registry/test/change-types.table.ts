import type { Level } from '../src/changes/change.ts';

/**
 * Change type, coordinate, level, SDL before, SDL after. `type Query` is added to both sides unless
 * they bring their own. Why each level: the rules in `src/changes/rules`, beside the code.
 */
export type Row = [type: string, coordinate: string, level: Level, before: string, after: string];

const q = (fields: string) => `type Query { ${fields} }`;
const nested = (person: string) =>
  `${person} type Company { title: String } type A { to: Person } type B { to: Company } union Feed = A | B type Query { feed: Feed }`;
const onType =
  'directive @d on OBJECT | INTERFACE | UNION | ENUM | ENUM_VALUE | SCALAR | INPUT_OBJECT | INPUT_FIELD_DEFINITION | FIELD_DEFINITION | ARGUMENT_DEFINITION | SCHEMA';

export const rows: Row[] = [
  // types
  ['TYPE_ADDED', 'A', 'safe', '', 'type A { x: Int }'],
  ['TYPE_REMOVED', 'A', 'breaking', 'type A { x: Int }', ''],
  ['TYPE_KIND_CHANGED', 'A', 'breaking', 'type A { x: Int }', 'input A { x: Int }'],
  ['TYPE_DESCRIPTION_ADDED', 'A', 'safe', 'type A { x: Int }', '"a" type A { x: Int }'],
  ['TYPE_DESCRIPTION_CHANGED', 'A', 'safe', '"a" type A { x: Int }', '"b" type A { x: Int }'],
  ['TYPE_DESCRIPTION_REMOVED', 'A', 'safe', '"a" type A { x: Int }', 'type A { x: Int }'],
  // interfaces and unions
  [
    'OBJECT_TYPE_INTERFACE_ADDED',
    'A',
    'dangerous',
    'interface I { x: Int } type A { x: Int }',
    'interface I { x: Int } type A implements I { x: Int }',
  ],
  [
    'OBJECT_TYPE_INTERFACE_ADDED',
    'A',
    'safe',
    'type A { x: Int }',
    'interface I { x: Int } type A implements I { x: Int }',
  ],
  [
    'OBJECT_TYPE_INTERFACE_REMOVED',
    'A',
    'breaking',
    'interface I { x: Int } type A implements I { x: Int }',
    'interface I { x: Int } type A { x: Int }',
  ],
  [
    'UNION_MEMBER_ADDED',
    'U',
    'dangerous',
    'type A { x: Int } type B { x: Int } union U = A',
    'type A { x: Int } type B { x: Int } union U = A | B',
  ],
  [
    'UNION_MEMBER_REMOVED',
    'U',
    'breaking',
    'type A { x: Int } type B { x: Int } union U = A | B',
    'type A { x: Int } type B { x: Int } union U = A',
  ],
  // enums
  ['ENUM_VALUE_ADDED', 'E.B', 'dangerous', `enum E { A } ${q('e: E')}`, `enum E { A B } ${q('e: E')}`],
  [
    'ENUM_VALUE_ADDED',
    'E.B',
    'safe',
    `enum E { A } ${q('f(e: E): Int')}`,
    `enum E { A B } ${q('f(e: E): Int')}`,
  ],
  ['ENUM_VALUE_REMOVED', 'E.B', 'breaking', 'enum E { A B }', 'enum E { A }'],
  ['ENUM_VALUE_DESCRIPTION_CHANGED', 'E.A', 'safe', 'enum E { "a" A }', 'enum E { "b" A }'],
  [
    'ENUM_VALUE_DEPRECATION_REASON_ADDED',
    'E.A',
    'safe',
    'enum E { A }',
    'enum E { A @deprecated(reason: "r") }',
  ],
  [
    'ENUM_VALUE_DEPRECATION_REASON_CHANGED',
    'E.A',
    'safe',
    'enum E { A @deprecated(reason: "r") }',
    'enum E { A @deprecated(reason: "s") }',
  ],
  [
    'ENUM_VALUE_DEPRECATION_REASON_REMOVED',
    'E.A',
    'safe',
    'enum E { A @deprecated(reason: "r") }',
    'enum E { A }',
  ],
  // fields
  ['FIELD_ADDED', 'A.y', 'safe', 'type A { x: Int }', 'type A { x: Int y: Int }'],
  ['FIELD_REMOVED', 'A.y', 'breaking', 'type A { x: Int y: Int }', 'type A { x: Int }'],
  ['FIELD_REMOVED', 'I.y', 'breaking', 'interface I { x: Int y: Int }', 'interface I { x: Int }'],
  ['FIELD_TYPE_CHANGED', 'A.x', 'breaking', 'type A { x: Int! }', 'type A { x: Int }'],
  ['FIELD_TYPE_CHANGED', 'A.x', 'breaking', 'type A { x: Int }', 'type A { x: [Int] }'],
  ['FIELD_TYPE_CHANGED', 'A.x', 'safe', 'type A { x: Int }', 'type A { x: Int! }'],
  [
    'FIELD_TYPE_CHANGED',
    'A.x',
    'dangerous',
    'type A { x: Int } type B { y: Int } union U = A | B',
    'type A { x: Int! } type B { y: Int } union U = A | B',
  ],
  // both become stricter: what stood together still does
  [
    'FIELD_TYPE_CHANGED',
    'A.x',
    'safe',
    'type A { x: Int } type B { y: Int } union U = A | B',
    'type A { x: Int! } type B { y: Int! } union U = A | B',
  ],
  // below the members of a union: `{ feed { ... on A { to { name } } ... on B { to { name } } } }`
  [
    'FIELD_TYPE_CHANGED',
    'Person.name',
    'dangerous',
    nested('type Person { name: String }'),
    nested('type Person { name: String! }'),
  ],
  // what introspection selects can stand there too
  [
    'FIELD_TYPE_CHANGED',
    'Person.name',
    'dangerous',
    'type Person { name: String } type A { q: Query } type B { q: Query } union U = A | B type Query { u: U p: Person }',
    'type Person { name: String! } type A { q: Query } type B { q: Query } union U = A | B type Query { u: U p: Person }',
  ],
  ['FIELD_DESCRIPTION_ADDED', 'A.x', 'safe', 'type A { x: Int }', 'type A { "a" x: Int }'],
  ['FIELD_DESCRIPTION_CHANGED', 'A.x', 'safe', 'type A { "a" x: Int }', 'type A { "b" x: Int }'],
  ['FIELD_DESCRIPTION_REMOVED', 'A.x', 'safe', 'type A { "a" x: Int }', 'type A { x: Int }'],
  [
    'FIELD_DEPRECATION_ADDED',
    'A.x',
    'safe',
    'type A { x: Int }',
    'type A { x: Int @deprecated(reason: "r") }',
  ],
  [
    'FIELD_DEPRECATION_REMOVED',
    'A.x',
    'safe',
    'type A { x: Int @deprecated(reason: "r") }',
    'type A { x: Int }',
  ],
  [
    'FIELD_DEPRECATION_REASON_ADDED',
    'A.x',
    'safe',
    'type A { x: Int @deprecated }',
    'type A { x: Int @deprecated(reason: "r") }',
  ],
  [
    'FIELD_DEPRECATION_REASON_CHANGED',
    'A.x',
    'safe',
    'type A { x: Int @deprecated(reason: "r") }',
    'type A { x: Int @deprecated(reason: "s") }',
  ],
  [
    'FIELD_DEPRECATION_REASON_REMOVED',
    'A.x',
    'safe',
    'type A { x: Int @deprecated(reason: "r") }',
    'type A { x: Int @deprecated }',
  ],
  // arguments
  ['FIELD_ARGUMENT_ADDED', 'A.x(b:)', 'safe', 'type A { x: Int }', 'type A { x(b: Int): Int }'],
  ['FIELD_ARGUMENT_ADDED', 'A.x(b:)', 'safe', 'type A { x: Int }', 'type A { x(b: Int! = 1): Int }'],
  ['FIELD_ARGUMENT_ADDED', 'A.x(b:)', 'breaking', 'type A { x: Int }', 'type A { x(b: Int!): Int }'],
  ['FIELD_ARGUMENT_REMOVED', 'A.x(b:)', 'breaking', 'type A { x(b: Int): Int }', 'type A { x: Int }'],
  [
    'FIELD_ARGUMENT_TYPE_CHANGED',
    'A.x(b:)',
    'breaking',
    'type A { x(b: Int): Int }',
    'type A { x(b: Int!): Int }',
  ],
  [
    'FIELD_ARGUMENT_TYPE_CHANGED',
    'A.x(b:)',
    'safe',
    'type A { x(b: Int!): Int }',
    'type A { x(b: Int): Int }',
  ],
  [
    'FIELD_ARGUMENT_TYPE_CHANGED',
    'A.x(b:)',
    'breaking',
    'type A { x(b: Int): Int }',
    'type A { x(b: [Int]): Int }',
  ],
  [
    'FIELD_ARGUMENT_DEFAULT_CHANGED',
    'A.x(b:)',
    'dangerous',
    'type A { x(b: Int = 1): Int }',
    'type A { x(b: Int = 2): Int }',
  ],
  [
    'FIELD_ARGUMENT_DEFAULT_CHANGED',
    'A.x(b:)',
    'breaking',
    'type A { x(b: Int! = 1): Int }',
    'type A { x(b: Int!): Int }',
  ],
  [
    'FIELD_ARGUMENT_DESCRIPTION_CHANGED',
    'A.x(b:)',
    'safe',
    'type A { x("a" b: Int): Int }',
    'type A { x("b" b: Int): Int }',
  ],
  // input objects
  ['INPUT_FIELD_ADDED', 'In.y', 'safe', 'input In { x: Int }', 'input In { x: Int y: Int }'],
  ['INPUT_FIELD_ADDED', 'In.y', 'safe', 'input In { x: Int }', 'input In { x: Int y: Int! = 1 }'],
  ['INPUT_FIELD_ADDED', 'In.y', 'breaking', 'input In { x: Int }', 'input In { x: Int y: Int! }'],
  ['INPUT_FIELD_REMOVED', 'In.y', 'breaking', 'input In { x: Int y: Int }', 'input In { x: Int }'],
  ['INPUT_FIELD_TYPE_CHANGED', 'In.x', 'breaking', 'input In { x: Int }', 'input In { x: Int! }'],
  ['INPUT_FIELD_TYPE_CHANGED', 'In.x', 'safe', 'input In { x: Int! }', 'input In { x: Int }'],
  [
    'INPUT_FIELD_DEFAULT_VALUE_CHANGED',
    'In.x',
    'dangerous',
    'input In { x: Int = 1 }',
    'input In { x: Int = 2 }',
  ],
  [
    'INPUT_FIELD_DEFAULT_VALUE_CHANGED',
    'In.x',
    'breaking',
    'input In { x: Int! = 1 }',
    'input In { x: Int! }',
  ],
  ['INPUT_FIELD_DESCRIPTION_ADDED', 'In.x', 'safe', 'input In { x: Int }', 'input In { "a" x: Int }'],
  ['INPUT_FIELD_DESCRIPTION_CHANGED', 'In.x', 'safe', 'input In { "a" x: Int }', 'input In { "b" x: Int }'],
  ['INPUT_FIELD_DESCRIPTION_REMOVED', 'In.x', 'safe', 'input In { "a" x: Int }', 'input In { x: Int }'],
  // directives that clients write
  ['DIRECTIVE_ADDED', '@c', 'safe', '', 'directive @c on FIELD'],
  ['DIRECTIVE_REMOVED', '@c', 'breaking', 'directive @c on FIELD', ''],
  ['DIRECTIVE_REMOVED', '@c', 'safe', 'directive @c on OBJECT', ''],
  ['DIRECTIVE_DESCRIPTION_CHANGED', '@c', 'safe', '"a" directive @c on FIELD', '"b" directive @c on FIELD'],
  ['DIRECTIVE_LOCATION_ADDED', '@c', 'safe', 'directive @c on FIELD', 'directive @c on FIELD | QUERY'],
  ['DIRECTIVE_LOCATION_REMOVED', '@c', 'breaking', 'directive @c on FIELD | QUERY', 'directive @c on FIELD'],
  ['DIRECTIVE_LOCATION_REMOVED', '@c', 'safe', 'directive @c on FIELD | OBJECT', 'directive @c on FIELD'],
  ['DIRECTIVE_REPEATABLE_ADDED', '@c', 'safe', 'directive @c on FIELD', 'directive @c repeatable on FIELD'],
  [
    'DIRECTIVE_REPEATABLE_REMOVED',
    '@c',
    'breaking',
    'directive @c repeatable on FIELD',
    'directive @c on FIELD',
  ],
  ['DIRECTIVE_ARGUMENT_ADDED', '@c(a:)', 'safe', 'directive @c on FIELD', 'directive @c(a: Int) on FIELD'],
  [
    'DIRECTIVE_ARGUMENT_ADDED',
    '@c(a:)',
    'breaking',
    'directive @c on FIELD',
    'directive @c(a: Int!) on FIELD',
  ],
  [
    'DIRECTIVE_ARGUMENT_REMOVED',
    '@c(a:)',
    'breaking',
    'directive @c(a: Int) on FIELD',
    'directive @c on FIELD',
  ],
  [
    'DIRECTIVE_ARGUMENT_TYPE_CHANGED',
    '@c(a:)',
    'breaking',
    'directive @c(a: Int) on FIELD',
    'directive @c(a: Int!) on FIELD',
  ],
  [
    'DIRECTIVE_ARGUMENT_TYPE_CHANGED',
    '@c(a:)',
    'safe',
    'directive @c(a: Int!) on FIELD',
    'directive @c(a: Int) on FIELD',
  ],
  [
    'DIRECTIVE_ARGUMENT_DEFAULT_VALUE_CHANGED',
    '@c(a:)',
    'dangerous',
    'directive @c(a: Int = 1) on FIELD',
    'directive @c(a: Int = 2) on FIELD',
  ],
  [
    'DIRECTIVE_ARGUMENT_DEFAULT_VALUE_CHANGED',
    '@c(a:)',
    'breaking',
    'directive @c(a: Int! = 1) on FIELD',
    'directive @c(a: Int!) on FIELD',
  ],
  [
    'DIRECTIVE_ARGUMENT_DESCRIPTION_CHANGED',
    '@c(a:)',
    'safe',
    'directive @c("a" a: Int) on FIELD',
    'directive @c("b" a: Int) on FIELD',
  ],
  // root types
  [
    'SCHEMA_QUERY_TYPE_CHANGED',
    'Query',
    'breaking',
    'schema { query: Query } type Query { a: Int } type Q { a: Int }',
    'schema { query: Q } type Query { a: Int } type Q { a: Int }',
  ],
  [
    'SCHEMA_MUTATION_TYPE_CHANGED',
    'M',
    'breaking',
    'schema { query: Query mutation: M } type Query { a: Int } type M { a: Int }',
    'schema { query: Query } type Query { a: Int } type M { a: Int }',
  ],
  [
    'SCHEMA_MUTATION_TYPE_CHANGED',
    'M',
    'safe',
    'schema { query: Query } type Query { a: Int } type M { a: Int }',
    'schema { query: Query mutation: M } type Query { a: Int } type M { a: Int }',
  ],
  [
    'SCHEMA_SUBSCRIPTION_TYPE_CHANGED',
    'S',
    'breaking',
    'schema { query: Query subscription: S } type Query { a: Int } type S { a: Int }',
    'schema { query: Query } type Query { a: Int } type S { a: Int }',
  ],
  // directives on the schema
  ...directiveUse('OBJECT', 'A', (d) => `type A ${d} { x: Int }`),
  ...directiveUse('INTERFACE', 'I', (d) => `interface I ${d} { x: Int }`),
  ...directiveUse('ENUM', 'E', (d) => `enum E ${d} { A }`),
  ...directiveUse('ENUM_VALUE', 'E.A', (d) => `enum E { A ${d} }`),
  ...directiveUse('SCALAR', 'S', (d) => `scalar S ${d}`),
  ...directiveUse('INPUT_OBJECT', 'In', (d) => `input In ${d} { x: Int }`),
  ...directiveUse('INPUT_FIELD_DEFINITION', 'In.x', (d) => `input In { x: Int ${d} }`),
  ...directiveUse('FIELD_DEFINITION', 'A.x', (d) => `type A { x: Int ${d} }`),
  ...directiveUse('ARGUMENT_DEFINITION', 'A.x(b:)', (d) => `type A { x(b: Int ${d}): Int }`),
  ...directiveUse('UNION_MEMBER', 'U', (d) => `type A { x: Int } union U ${d} = A`),
  ...directiveUse('SCHEMA', 'schema', (d) => `schema ${d} { query: Query } type Query { a: Int }`),
  [
    'DIRECTIVE_USAGE_ARGUMENT_ADDED',
    'A',
    'safe',
    'directive @e(v: Int) on OBJECT type A @e { x: Int }',
    'directive @e(v: Int) on OBJECT type A @e(v: 1) { x: Int }',
  ],
  [
    'DIRECTIVE_USAGE_ARGUMENT_REMOVED',
    'A',
    'safe',
    'directive @e(v: Int) on OBJECT type A @e(v: 1) { x: Int }',
    'directive @e(v: Int) on OBJECT type A @e { x: Int }',
  ],
  [
    'DIRECTIVE_USAGE_INPUT_OBJECT_ADDED',
    'In',
    'breaking',
    'input In { x: Int }',
    'input In @oneOf { x: Int }',
  ],
  ['DIRECTIVE_USAGE_INPUT_OBJECT_REMOVED', 'In', 'safe', 'input In @oneOf { x: Int }', 'input In { x: Int }'],
  ['DIRECTIVE_USAGE_SCALAR_ADDED', 'S', 'dangerous', 'scalar S', 'scalar S @specifiedBy(url: "u")'],
];

function directiveUse(place: string, coordinate: string, sdl: (directive: string) => string): Row[] {
  const [without, having] = [`${onType} ${sdl('')}`, `${onType} ${sdl('@d')}`];
  return [
    [`DIRECTIVE_USAGE_${place}_ADDED`, coordinate, 'safe', without, having],
    [`DIRECTIVE_USAGE_${place}_REMOVED`, coordinate, 'safe', having, without],
  ];
}

/**
 * Where graphql-js is stricter than we are, and why: what may be left out never makes an operation
 * invalid, a value that is only ever sent surprises nobody, nor does an interface that nobody knew.
 */
export const milder = [
  'OPTIONAL_ARG_ADDED',
  'OPTIONAL_INPUT_FIELD_ADDED',
  'VALUE_ADDED_TO_ENUM',
  'DIRECTIVE_REMOVED',
  'DIRECTIVE_LOCATION_REMOVED',
  'IMPLEMENTED_INTERFACE_ADDED',
];

/** The inspector declares these but its diff never makes them; a directive on an operation is no schema change. */
export const neverMade = ['DIRECTIVE_USAGE_FIELD_ADDED', 'DIRECTIVE_USAGE_FIELD_REMOVED'];
