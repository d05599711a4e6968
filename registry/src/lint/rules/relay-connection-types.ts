import { Kind } from 'graphql';
import { type LintRule, outputTypes } from '../rule.ts';
import { innerName, isList } from '../type-text.ts';

/** `relay-connection-types` */
export const relayConnectionTypes: LintRule = {
  name: 'relay-connection-types',
  wants: 'A type named …Connection has `edges`, a list, and `pageInfo: PageInfo!`.',
  fix: 'Add the missing field, or give the type another name.',
  check({ types, report }) {
    for (const { node, name, fields } of outputTypes(types)) {
      if (!name.endsWith('Connection') || node.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
      const edges = fields.find((field) => field.name.value === 'edges');
      const pageInfo = fields.find((field) => field.name.value === 'pageInfo');
      if (!edges || !isList(edges.type)) report(node.name, name, `${name} has no list "edges".`);
      const isStrict = pageInfo?.type.kind === Kind.NON_NULL_TYPE && innerName(pageInfo.type) === 'PageInfo';
      if (!isStrict) report(node.name, name, `${name} has no "pageInfo: PageInfo!".`);
    }
  },
};
