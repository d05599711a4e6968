import { type LintRule, outputTypes } from '../rule.ts';
import { innerName } from '../type-text.ts';

/** `input-name`: several mutations may share an input, as they do when all they need is an id. */
export const inputName: LintRule = {
  name: 'input-name',
  wants: 'A mutation takes one argument `input`, of a type named …Input.',
  fix: 'Put the arguments into one input object.',
  check({ types, report }) {
    for (const { name, fields } of outputTypes(types))
      for (const field of name === 'Mutation' ? fields : [])
        for (const arg of field.arguments ?? []) {
          const coordinate = `Mutation.${field.name.value}(${arg.name.value}:)`;
          if (arg.name.value !== 'input')
            report(
              arg.name,
              coordinate,
              `Mutation.${field.name.value} takes "${arg.name.value}", not "input".`,
            );
          else if (!innerName(arg.type).endsWith('Input'))
            report(arg.type, coordinate, `The input type ${innerName(arg.type)} is not named …Input.`);
        }
  },
};
