import { Kind } from 'graphql';
import { directive, isRoot, type LintRule, type TypeNode } from '../rule.ts';
import { innerName } from '../type-text.ts';

/** `no-unreachable-types`: in a subgraph every entity is a way in, since others may refer to it. */
export const noUnreachableTypes: LintRule = {
  name: 'no-unreachable-types',
  wants: 'Every type can be reached from a root field or is an entity.',
  fix: 'Remove the type, or return it from a field.',
  check({ types, report }) {
    const byName = Map.groupBy(types, ({ name }) => name.value);
    const implementers = Map.groupBy(
      types.flatMap((node) =>
        'interfaces' in node ? (node.interfaces ?? []).map((one) => ({ of: one.name.value, node })) : [],
      ),
      ({ of }) => of,
    );
    const reached = new Set<string>();
    const visitType = (name: string) => {
      if (reached.has(name)) return;
      reached.add(name);
      for (const node of byName.get(name) ?? []) for (const next of leadsTo(node)) visitType(next);
      for (const { node } of implementers.get(name) ?? []) visitType(node.name.value);
    };
    for (const node of types)
      if (isRoot(node.name.value) || directive(node, 'key') || directive(node, 'shareable'))
        visitType(node.name.value);
    for (const node of types)
      if (!reached.has(node.name.value))
        report(node.name, node.name.value, `Nothing leads to ${node.name.value}.`);
  },
};

function leadsTo(node: TypeNode): string[] {
  if (node.kind === Kind.UNION_TYPE_DEFINITION || node.kind === Kind.UNION_TYPE_EXTENSION)
    return (node.types ?? []).map(({ name }) => name.value);
  const fields = 'fields' in node ? (node.fields ?? []) : [];
  const inside = fields.flatMap((field) => [
    innerName(field.type),
    ...('arguments' in field ? (field.arguments ?? []).map((arg) => innerName(arg.type)) : []),
  ]);
  const interfaces = 'interfaces' in node ? (node.interfaces ?? []).map(({ name }) => name.value) : [];
  return [...inside, ...interfaces];
}
