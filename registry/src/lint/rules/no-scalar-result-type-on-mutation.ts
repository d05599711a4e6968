import { specifiedScalarTypes } from 'graphql';
import { type LintRule, outputTypes } from '../rule.ts';
import { innerName } from '../type-text.ts';

/** `no-scalar-result-type-on-mutation` */
export const noScalarResultTypeOnMutation: LintRule = {
  name: 'no-scalar-result-type-on-mutation',
  wants: 'A mutation answers with an object, which can grow.',
  fix: 'Return a payload type with the changed objects and errors.',
  check({ types, report }) {
    const scalars = new Set([
      ...specifiedScalarTypes.map(({ name }) => name),
      ...types.filter(({ kind }) => kind.startsWith('Scalar')).map(({ name }) => name.value),
    ]);
    for (const { name, fields } of outputTypes(types))
      for (const field of name === 'Mutation' ? fields : [])
        if (scalars.has(innerName(field.type)))
          report(
            field.type,
            `Mutation.${field.name.value}`,
            `Mutation.${field.name.value} answers with a scalar.`,
          );
  },
};
