import { Kind } from 'graphql';
import { type LintRule, outputTypes } from '../rule.ts';
import { innerName, isList } from '../type-text.ts';

/** `relay-edge-types` */
export const relayEdgeTypes: LintRule = {
  name: 'relay-edge-types',
  wants: 'What a connection lists as edges is named …Edge and has `node` and `cursor`.',
  fix: 'Give the edge type both fields.',
  check({ types, report }) {
    const outputs = outputTypes(types);
    const edgeNames = new Set(
      outputs
        .filter(({ name }) => name.endsWith('Connection'))
        .flatMap(({ fields }) => fields.filter((field) => field.name.value === 'edges'))
        .map((field) => innerName(field.type)),
    );
    for (const { node, name, fields } of outputs) {
      if (!edgeNames.has(name) || node.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
      if (!name.endsWith('Edge')) report(node.name, name, `The edge type ${name} is not named …Edge.`);
      const found = fields.find((field) => field.name.value === 'node');
      if (!found || isList(found.type)) report(node.name, name, `${name} has no single "node".`);
      if (!fields.some((field) => field.name.value === 'cursor'))
        report(node.name, name, `${name} has no "cursor".`);
    }
  },
};
