import { enumTypes, inputTypes, isRoot, type LintRule, outputTypes, type TypeNode } from '../rule.ts';

/** `require-description` */
export const requireDescription: LintRule = {
  name: 'require-description',
  wants: 'Every type but the roots, every field, input field and enum value says what it is.',
  fix: 'Write a """description""" above it: what it means to somebody who has never seen the code.',
  check({ types, report }) {
    for (const node of types.filter(needsDescription))
      if ('description' in node && !node.description?.value.trim())
        report(node.name, node.name.value, `Type ${node.name.value} has no description.`);
    for (const { name, fields } of [...outputTypes(types), ...inputTypes(types)])
      for (const field of fields)
        if (!field.description?.value.trim())
          report(
            field.name,
            `${name}.${field.name.value}`,
            `Field ${name}.${field.name.value} has no description.`,
          );
    for (const { name, values } of enumTypes(types))
      for (const value of values)
        if (!value.description?.value.trim())
          report(
            value.name,
            `${name}.${value.name.value}`,
            `Value ${name}.${value.name.value} has no description.`,
          );
  },
};

/** `Query` says it all, and an extension continues what is described elsewhere. */
function needsDescription(node: TypeNode): boolean {
  return node.kind.endsWith('Definition') && !isRoot(node.name.value);
}
