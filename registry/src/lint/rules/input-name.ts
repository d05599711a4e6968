import { type LintRule, outputTypes } from '../rule.ts';
import { innerName } from '../type-text.ts';

/** `input-name` */
export const inputName: LintRule = {
  name: 'input-name',
  wants: 'A mutation takes one argument `input`, whose type is named after it: `FollowInput`.',
  fix: 'Put the arguments into one input object `<Mutation>Input`.',
  check({ types, report }) {
    for (const { name, fields } of outputTypes(types))
      for (const field of name === 'Mutation' ? fields : []) {
        const at = `Mutation.${field.name.value}`;
        const expected = `${field.name.value[0]?.toUpperCase()}${field.name.value.slice(1)}Input`;
        for (const arg of field.arguments ?? []) {
          const coordinate = `${at}(${arg.name.value}:)`;
          if (arg.name.value !== 'input')
            report(arg.name, coordinate, `${at} takes "${arg.name.value}", not "input".`);
          else if (innerName(arg.type) !== expected)
            report(arg.type, coordinate, `The input of ${at} is ${innerName(arg.type)}, not ${expected}.`);
        }
      }
  },
};
