import {
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
  type StringValueNode,
} from 'graphql';
import { directive, type LintRule, type NamedTypes, type TypeNode } from '../rule.ts';

/** Something that a subgraph may describe: a type, or what it consists of. */
type Described = {
  readonly description?: StringValueNode | undefined;
  /** Only referred to: its owner is another one. */
  isForeign: boolean;
};

type Member = FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode;

/**
 * `shared-description`: clients read one description of a type, so those who share it say the same. Its owner is who
 * defines most of the type; of what the owner lacks, the first by name.
 */
export const sharedDescription: LintRule = {
  name: 'shared-description',
  wants: 'What several subgraphs define has one description, that of its owner.',
  fix: "Repeat the owner's description word for word.",
  check({ subgraph, graph, types, report }) {
    const others = graph.filter(({ name }) => name !== subgraph);
    for (const name of new Set(types.map((type) => type.name.value))) {
      const sharers = others.filter((other) => other.types.some((type) => type.name.value === name));
      if (sharers.length === 0) continue;
      const all = [...sharers, { name: subgraph, types }].toSorted(
        (a, b) => sizeOf(b, name) - sizeOf(a, name) || (a.name < b.name ? -1 : 1),
      );
      const described = all.map((one) => ({ name: one.name, parts: partsOf(one, name) }));
      for (const [coordinate, own] of described.find((one) => one.name === subgraph)?.parts ?? []) {
        const owner = described.find(({ parts }) => parts.get(coordinate)?.isForeign === false);
        const wanted = owner?.parts.get(coordinate)?.description?.value;
        if (owner?.name === subgraph || wanted === undefined || own.description?.value === wanted) continue;
        if (own.description)
          report(
            own.description,
            coordinate,
            `${coordinate} is described otherwise than by ${owner?.name}: "${wanted}"`,
          );
      }
    }
  },
};

/** How much of a type a subgraph defines itself. */
function sizeOf(subgraph: NamedTypes, name: string): number {
  return [...partsOf(subgraph, name).values()].filter(({ isForeign }) => !isForeign).length;
}

function partsOf({ types }: NamedTypes, name: string): Map<string, Described> {
  const own = types.filter((type) => type.name.value === name);
  const parts = own.flatMap((node): [string, Described][] => [
    ...(isExtension(node) ? [] : [[name, describe(node, isStub(node))] as [string, Described]]),
    ...membersOf(node).map((member): [string, Described] => [
      `${name}.${member.name.value}`,
      describe(member, directive(member, 'external') !== undefined),
    ]),
  ]);
  return new Map(parts);
}

function describe(node: TypeNode | Member, isForeign: boolean): Described {
  return { description: 'description' in node ? node.description : undefined, isForeign };
}

/** Somebody else's entity, which is only named here. */
function isStub(node: TypeNode): boolean {
  const keys = node.directives?.filter(({ name }) => name.value === 'key') ?? [];
  return (
    keys.length > 0 &&
    keys.every(({ arguments: given }) =>
      given?.some(
        ({ name, value }) => name.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value,
      ),
    )
  );
}

function isExtension(node: TypeNode): boolean {
  return node.kind.endsWith('Extension');
}

function membersOf(node: TypeNode): readonly Member[] {
  if ('fields' in node) return node.fields ?? [];
  return 'values' in node ? (node.values ?? []) : [];
}
