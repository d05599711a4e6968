import { Kind } from 'graphql';
import { directive, inputTypes, type LintRule } from '../rule.ts';

/** `require-nullable-fields-with-oneof` */
export const requireNullableFieldsWithOneof: LintRule = {
  name: 'require-nullable-fields-with-oneof',
  wants: 'The fields of a @oneOf input are nullable, since all but one are left out.',
  fix: 'Drop the `!` of the field.',
  check({ types, report }) {
    for (const { node, name, fields } of inputTypes(types))
      for (const field of directive(node, 'oneOf') ? fields : [])
        if (field.type.kind === Kind.NON_NULL_TYPE)
          report(
            field.type,
            `${name}.${field.name.value}`,
            `${name}.${field.name.value} is in a @oneOf input but required.`,
          );
  },
};
