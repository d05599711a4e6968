import { Kind } from 'graphql';
import { type LintRule, outputTypes } from '../rule.ts';

const wanted = ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'];

/** `relay-page-info` */
export const relayPageInfo: LintRule = {
  name: 'relay-page-info',
  wants: 'PageInfo has the four fields of the connection specification.',
  fix: `Give PageInfo ${wanted.join(', ')}.`,
  check({ types, report }) {
    for (const { node, name, fields } of outputTypes(types)) {
      if (name !== 'PageInfo' || node.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
      const has = new Set(fields.map((field) => field.name.value));
      for (const field of wanted) if (!has.has(field)) report(node.name, name, `PageInfo has no "${field}".`);
    }
  },
};
