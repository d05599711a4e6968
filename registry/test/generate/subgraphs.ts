import type { Subgraph } from '../../src/composition/subgraph.ts';
import type { Random } from './random.ts';
import { oddLink, type Shared, sharedFields } from './shared-fields.ts';

const header =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@inaccessible", "@tag", "@override"])';

type Entity = { name: string; owner: number; key: string };

/**
 * Random subgraphs around shared entities: keys, stubs, contributed fields, @requires, @override of anything, value
 * types, enums, inputs, interfaces, unions, fields whose types differ in width. About a third get one defect, so that both composers must
 * refuse them too.
 */
export function randomSubgraphs(random: Random, count: number): Subgraph[] {
  const entities = Array.from(
    { length: 2 + random.below(4) },
    (_, position): Entity => ({
      name: `Entity${position}`,
      owner: random.below(count),
      key: random.chance(0.8) ? 'id' : 'id tenant',
    }),
  );
  const subgraphs = sharedFields(random, count).map((shared, position) => ({
    name: `s${position}`,
    url: `http://s${position}.test/graphql`,
    sdl: subgraphSdl(random, position, entities, { shared, others: others(position, count) }),
  }));
  if (random.chance(0.3)) breakOne(random, subgraphs);
  if (random.chance(0.08)) random.pick(subgraphs).sdl += `\n${oddLink(random)}`;
  return subgraphs;
}

function others(position: number, count: number): number[] {
  return Array.from({ length: count }, (_, other) => other).filter((other) => other !== position);
}

function subgraphSdl(
  random: Random,
  position: number,
  entities: readonly Entity[],
  { shared, others }: { shared: Shared; others: number[] },
): string {
  const owned = entities.filter(({ owner }) => owner === position);
  const foreign = random.some(entities.filter(({ owner }) => owner !== position));
  const known = [...owned, ...foreign];
  const provided = new Set(random.some(foreign, 0.2).map(({ name }) => name));
  const roots = [
    `ping${position}: String`,
    `value${position}(filter: Filter${position}): Money`,
    ...known.map(
      ({ name }) =>
        `all${name}From${position}: [${name}!]${provided.has(name) ? ' @provides(fields: "price { amount }")' : ''}`,
    ),
    ...(owned.length > 0 ? [`named${position}: [Named]`] : []),
    ...(random.chance(0.1) ? known.slice(0, 1).map(({ name }) => takenRoot(random, name, others)) : []),
    ...shared.roots,
    ...(known.length > 0 ? [`pick${position}: Any${position}`] : []),
  ];
  return [
    header,
    `type Query { ${roots.join(' ')} }`,
    ...owned.map((entity) => ownedType(random, entity, known)),
    ...foreign.map((entity) =>
      contributedType(random, entity, position, { known, others, isProvided: provided.has(entity.name) }),
    ),
    ...shared.types,
    ...(random.chance(0.5) ? [`type Mutation { change${position}(filter: Filter${position}!): Money }`] : []),
    ...(random.chance(0.3) ? [`type Subscription { ticks${position}: Money }`] : []),
    ...(owned.length > 0 ? ['interface Named { id: ID! name: String }'] : []),
    'type Money @shareable { amount: Int! currency: Currency! }',
    'enum Currency { EUR USD }',
    `input Filter${position} { text: String limit: Int = 10 currency: Currency }`,
    ...(known.length > 0 ? [`union Any${position} = ${known.map(({ name }) => name).join(' | ')}`] : []),
  ].join('\n');
}

function keyFields(entity: Entity): string {
  return entity.key === 'id' ? 'id: ID!' : 'id: ID! tenant: ID!';
}

function ownedType(random: Random, entity: Entity, known: readonly Entity[]): string {
  const links = random.some(known).map(({ name }) => `to${name}: ${name}`);
  const tagged = random.chance(0.3) ? ' @tag(name: "internal")' : '';
  const hidden = random.chance(0.2) ? 'secret: String @inaccessible' : '';
  return `type ${entity.name} implements Named @key(fields: "${entity.key}") { ${keyFields(entity)} name: String${tagged} price: Money${random.chance(0.8) ? ' @shareable' : ''} size(unit: Int = 1): Int ${links.join(' ')} ${hidden} }`;
}

function contributedType(
  random: Random,
  entity: Entity,
  position: number,
  { known, others, isProvided }: { known: readonly Entity[]; others: number[]; isProvided: boolean },
): string {
  const requires = random.chance(0.4)
    ? `label${position}: String @requires(fields: "name") name: String @external`
    : '';
  const links = random.some(known, 0.3).map(({ name }) => `rel${position}${name}: [${name}]`);
  if (random.chance(0.15)) links.push(`size(unit: Int = 1): Int @override(from: "s${entity.owner}")`);
  if (random.chance(0.15)) {
    const other = random.pick(others);
    links.push(`label${other}: String @override(from: "s${other}")`);
  }
  return `type ${entity.name} @key(fields: "${entity.key}") { ${keyFields(entity)} extra${position}: Int ${isProvided ? 'price: Money @external' : ''} ${requires} ${links.join(' ')} }`;
}

/** Takes a root field over, whatever stands on it. */
function takenRoot(random: Random, name: string, others: number[]): string {
  const other = random.pick(others);
  return `all${name}From${other}: [${name}!] @override(from: "s${other}")`;
}

type Defect = (sdl: string) => string;

const defects: Defect[] = [
  (sdl) => sdl.replace('type Money @shareable', 'type Money'),
  (sdl) => sdl.replace('amount: Int!', 'amount: String!'),
  (sdl) => sdl.replace('limit: Int = 10', 'limit: Nowhere'),
  (sdl) => sdl.replace('@key(fields: "id")', '@key(fields: "nope")'),
  (sdl) => sdl.replace('name: String @external', 'name: Int @external'),
  (sdl) => sdl.replace('@requires(fields: "name")', '@requires(fields: "missing")'),
  (sdl) => sdl.replace('enum Currency { EUR USD }', 'enum Currency { EUR }'),
  (sdl) => sdl.replace('type Money @shareable', 'interface Money'),
  (sdl) => sdl.replace(/extra\d+: Int/, 'name: String'),
  (sdl) => sdl.replace(/ @key\(fields: "id"\)/, ''),
  (sdl) => sdl.replace('type Query {', 'type Query { orphan: Orphan'),
  (sdl) =>
    sdl.replace(
      'interface Named { id: ID! name: String }',
      'interface Named { id: ID! name: String nick: Int }',
    ),
  (sdl) => sdl.replace('name: String @external', 'name: String'),
  (sdl) => sdl.replace('@override(from: "s', '@override(from: "t'),
  (sdl) => sdl.replace('size(unit: Int = 1): Int', 'size(unit: String = "1"): Int'),
  (sdl) => sdl.replace('filter: Filter0!', 'filter: Money!'),
];

function breakOne(random: Random, subgraphs: Subgraph[]): void {
  const victim = random.pick(subgraphs);
  victim.sdl = random.pick(defects)(victim.sdl);
}
