import { type LintRule, outputTypes } from '../rule.ts';

/** `no-typename-prefix` */
export const noTypenamePrefix: LintRule = {
  name: 'no-typename-prefix',
  wants: 'A field does not repeat the name of its type: `User.name`, not `User.userName`.',
  fix: "Drop the type's name from the field's name.",
  check({ types, report }) {
    for (const { name, fields } of outputTypes(types))
      for (const field of fields) {
        const isPrefixed =
          field.name.value.toLowerCase().startsWith(name.toLowerCase()) &&
          field.name.value.length > name.length;
        if (isPrefixed)
          report(
            field.name,
            `${name}.${field.name.value}`,
            `Field ${name}.${field.name.value} repeats its type's name.`,
          );
      }
  },
};
