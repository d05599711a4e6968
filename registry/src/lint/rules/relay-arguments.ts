import { type LintRule, outputTypes } from '../rule.ts';
import { innerName } from '../type-text.ts';

/** `relay-arguments` */
export const relayArguments: LintRule = {
  name: 'relay-arguments',
  wants: 'A field that returns a connection can be paged: `first` and `after`, or `last` and `before`.',
  fix: 'Add the paging arguments.',
  check({ types, report }) {
    for (const { name, fields } of outputTypes(types))
      for (const field of fields) {
        if (!innerName(field.type).endsWith('Connection')) continue;
        const args = new Set((field.arguments ?? []).map((arg) => arg.name.value));
        const at = `${name}.${field.name.value}`;
        const isPaged = (args.has('first') && args.has('after')) || (args.has('last') && args.has('before'));
        if (!isPaged)
          report(field.name, at, `${at} returns a connection but takes no first/after or last/before.`);
      }
  },
};
