import type { SubgraphSdl } from './facts.ts';
import { link } from './graphs/link.ts';
import { composeSupergraph } from './local-subgraphs.ts';
import { createRandom, type Random } from './random.ts';

interface Field {
  readonly name: string;
  readonly type: string;
  readonly args: string;
  readonly owners: string[];
  readonly directive: string;
  /** Declared external, besides, in these. */
  readonly external: Set<string>;
}

interface Entity {
  readonly name: string;
  /** Key fields as each subgraph declares them. */
  readonly keysIn: ReadonlyMap<string, string>;
  readonly fields: Field[];
}

/** A random supergraph that composes. Drafts that do not are thrown away. */
export function generateGraph(seed: number): SubgraphSdl[] {
  for (let attempt = 0; attempt < 50; attempt++) {
    const subgraphs = draft(createRandom(seed * 64 + attempt));
    try {
      composeSupergraph(subgraphs);
      return subgraphs;
    } catch {
      // The next draft may do.
    }
  }
  throw new Error(`No draft of seed ${seed} composes`);
}

function draft(random: Random): SubgraphSdl[] {
  const names = ['red', 'green', 'blue', 'gold'].slice(0, 2 + random.below(3));
  const entityNames = ['Ant', 'Bee', 'Cat', 'Dog'].slice(0, 2 + random.below(3));
  const entities = entityNames.map((name) => draftEntity(name, names, entityNames, random));
  return names.map((name) => ({ name, sdl: subgraphSdl(name, entities, random) }));
}

function draftEntity(name: string, subgraphs: string[], entityNames: string[], random: Random): Entity {
  const keyStyle = random.below(4);
  const keysIn = new Map(
    subgraphs.map((subgraph, i) => {
      if (keyStyle === 0)
        return [subgraph, i === 0 ? 'id|code' : random.pick(['id', 'code', 'id|code'])] as const;
      return [subgraph, keyStyle === 1 ? 'code place' : 'id'] as const;
    }),
  );
  const fields: Field[] = [];
  const count = 4 + random.below(5);
  for (let i = 0; i < count; i++) fields.push(draftField(`f${i}`, subgraphs, entityNames, fields, random));
  return { name, keysIn, fields };
}

function draftField(
  name: string,
  subgraphs: string[],
  entityNames: string[],
  before: readonly Field[],
  random: Random,
): Field {
  const wrap = random.pick(['T', 'T', 'T!', '[T]', '[T!]', '[T!]!']);
  const base = random.chance(0.45)
    ? random.pick([...entityNames, 'Value', 'Any'])
    : random.pick(['Int', 'String', 'Float', 'Boolean', 'ID', 'Mood']);
  // A non-null reference would often make endless chains null as a whole.
  const type = (entityNames.includes(base) && wrap === 'T!' ? 'T' : wrap).replace('T', base);
  const args = random.chance(0.25)
    ? random.pick(['(n: Int = 1)', '(mood: Mood)', '(a: String, b: [Int!])'])
    : '';
  const owner = random.pick(subgraphs);
  const others = subgraphs.filter((subgraph) => subgraph !== owner);
  const field: Field = { name, type, args, owners: [owner], directive: '', external: new Set() };
  const roll = random.below(10);
  if (roll < 2) return { ...field, owners: [owner, ...random.some(others, 1, 2)], directive: ' @shareable' };
  if (roll === 2 && others[0]) {
    return { ...field, owners: [owner, others[0]], directive: ` @override(from: "${others[0]}")` };
  }
  if (roll > 5) return field;
  const usable = before.filter(
    (one) => isScalar(one.type) && one.owners.length === 1 && !one.owners.includes(owner),
  );
  const required = random.some(usable, 1, 2);
  if (required.length === 0) return field;
  for (const one of required) one.external.add(owner);
  const text = required.map((one) => one.name + requiredArguments(one.args, random)).join(' ');
  return { ...field, directive: ` @requires(fields: ${JSON.stringify(text)})` };
}

function isScalar(type: string): boolean {
  return /^\W*(Int|String|Float|Boolean|ID|Mood)\W*$/.test(type);
}

function requiredArguments(args: string, random: Random): string {
  if (args.startsWith('(n')) return random.pick(['', '(n: 2)', '(n: 3)']);
  if (args.startsWith('(mood')) return random.pick(['', '(mood: SAD)']);
  return args === '' ? '' : random.pick(['', '(a: "q")', '(b: [1, 2])']);
}

function subgraphSdl(subgraph: string, entities: readonly Entity[], random: Random): string {
  const types = entities.map((entity) => entitySdl(subgraph, entity));
  const roots = entities.flatMap(({ name }) => {
    const fields = [`one${name}_${subgraph}(id: ID): ${name}`, `all${name}_${subgraph}: [${name}!]`];
    return random.some(fields, 1, 2);
  });
  const mutation = random.chance(0.6)
    ? `type Mutation { do_${subgraph}(n: Int!): ${random.pick(entities).name} count_${subgraph}: Int }`
    : '';
  return `${link}
    type Query { ${roots.join(' ')} any_${subgraph}: [Any] value_${subgraph}: Value }
    ${mutation}
    enum Mood { GLAD SAD }
    union Any = ${entities.map(({ name }) => name).join(' | ')}
    type Value @shareable { x: Int y(scale: Int): String! inner: Inner }
    type Inner @shareable { z: [Int!] mood: Mood }
    ${types.join('\n    ')}`;
}

function entitySdl(subgraph: string, { name, keysIn, fields }: Entity): string {
  const key = keysIn.get(subgraph) ?? 'id';
  const keys = key.split('|');
  const keyFields = [...new Set(keys.flatMap((one) => one.split(' ')))].map((one) => `${one}: ID!`);
  const own = fields.flatMap((field) => {
    const { owners, external, args, type, directive } = field;
    if (external.has(subgraph)) return [`${field.name}${args}: ${type} @external`];
    if (!owners.includes(subgraph)) return [];
    // Of an override only the one that takes over says so.
    const said = directive.startsWith(' @override') && owners[0] !== subgraph ? '' : directive;
    return [`${field.name}${args}: ${type}${said}`];
  });
  const directives = keys.map((one) => `@key(fields: "${one}")`).join(' ');
  return `type ${name} ${directives} { ${[...keyFields, ...own].join(' ')} }`;
}
