import type { Random } from './random.ts';

const wrappers = ['T', 'T', 'T!', '[T]', '[T!]', '[T!]!', '[[T!]]'];

/** What one subgraph adds: fields of `Query` and type definitions. */
export type Shared = { roots: string[]; types: string[] };

/**
 * A field that several subgraphs resolve, in one of two types: some return a cat, others a union or interface that
 * cats belong to, with the same or other wrappers. Sometimes no type of the two is wide enough for both.
 */
export function sharedFields(random: Random, count: number): Shared[] {
  const none = { roots: [], types: [] };
  if (random.chance(0.5)) return Array.from({ length: count }, () => none);
  const isUnion = random.chance(0.5);
  // Longer and shorter than "Cat": the order of names must not matter.
  const wide = random.pick(['Creature', 'Pe']);
  const wrapper = random.pick(wrappers);
  const variants = [
    wrapper.replace('T', 'Cat'),
    (random.chance(0.85) ? wrapper : random.pick(wrappers)).replace('T', random.chance(0.85) ? wide : 'Cat'),
  ];
  return Array.from({ length: count }, () => {
    if (random.chance(0.2)) return none;
    const type = random.pick(variants);
    const implementing = isUnion || !type.includes(wide) ? '' : ` implements ${wide}`;
    const holder = random.chance(0.6);
    return {
      roots: [`shared: ${type} @shareable`, ...(holder ? ['holder: Holder @shareable'] : [])],
      types: [
        `type Cat${implementing} @shareable { name: String }`,
        ...(holder ? [`type Holder @shareable { kept: ${type} }`] : []),
        ...(random.chance(0.3) ? [`interface Keeping { kept: ${type} }`] : []),
        ...(type.includes(wide)
          ? [
              `type Dog${implementing} @shareable { name: String }`,
              isUnion ? `union ${wide} = Cat | Dog` : `interface ${wide} { name: String }`,
            ]
          : []),
      ],
    };
  });
}

/** A second `@link`; only the first of these is one that a specification allows. */
export function oddLink(random: Random): string {
  const url = random.pick([
    'https://example.com/specs/colour/v1.0',
    'https://example.com/specs/colour',
    'https://example.com/specs/colour/v1',
    'https://example.com/specs/colour/1.0',
    'https://example.com/specs/colour/v1.0.1',
    'https://example.com/specs/colour/v1.0/',
    'https://example.com/specs/colour/v01.0',
    'https://example.com/v1.0',
    'https://example.com/',
    'colour',
  ]);
  return `extend schema @link(url: "${url}")`;
}
