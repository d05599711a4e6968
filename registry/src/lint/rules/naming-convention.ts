import { enumTypes, inputTypes, type LintRule, outputTypes } from '../rule.ts';

const pascalCase = /^_*[A-Z][A-Za-z0-9]*$/;
const camelCase = /^_*[a-z][A-Za-z0-9]*$/;
const upperCase = /^[A-Z][A-Z0-9_]*$/;

/** `naming-convention` */
export const namingConvention: LintRule = {
  name: 'naming-convention',
  wants: 'Types are PascalCase, fields and arguments camelCase, enum values UPPER_CASE.',
  fix: 'Rename it; keep the old name, deprecated, if clients use it.',
  check({ types, report }) {
    for (const { name } of types)
      if (!pascalCase.test(name.value)) report(name, name.value, `Type ${name.value} is not in PascalCase.`);
    for (const { name, fields } of outputTypes(types))
      for (const field of fields) {
        const at = `${name}.${field.name.value}`;
        if (!camelCase.test(field.name.value)) report(field.name, at, `Field ${at} is not in camelCase.`);
        for (const arg of field.arguments ?? [])
          if (!camelCase.test(arg.name.value))
            report(
              arg.name,
              `${at}(${arg.name.value}:)`,
              `Argument ${arg.name.value} of ${at} is not in camelCase.`,
            );
      }
    for (const { name, fields } of inputTypes(types))
      for (const field of fields)
        if (!camelCase.test(field.name.value))
          report(
            field.name,
            `${name}.${field.name.value}`,
            `Input field ${name}.${field.name.value} is not in camelCase.`,
          );
    for (const { name, values } of enumTypes(types))
      for (const value of values)
        if (!upperCase.test(value.name.value))
          report(
            value.name,
            `${name}.${value.name.value}`,
            `Enum value ${name}.${value.name.value} is not in UPPER_CASE.`,
          );
  },
};
