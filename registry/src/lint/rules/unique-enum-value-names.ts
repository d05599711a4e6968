import { enumTypes, type LintRule } from '../rule.ts';

/** `unique-enum-value-names` */
export const uniqueEnumValueNames: LintRule = {
  name: 'unique-enum-value-names',
  wants: 'The values of an enum differ in more than case.',
  fix: 'Rename or remove one of the two.',
  check({ types, report }) {
    for (const { name, values } of enumTypes(types)) {
      const seen = new Set<string>();
      for (const value of values) {
        const key = value.name.value.toLowerCase();
        if (seen.has(key))
          report(
            value.name,
            `${name}.${value.name.value}`,
            `${name} has ${value.name.value} twice but for case.`,
          );
        seen.add(key);
      }
    }
  },
};
