import { type ASTNode, visit } from 'graphql';
import { directive, type LintRule, textArgument } from '../rule.ts';

const date = /\b\d{4}-\d{2}-\d{2}\b/;

/** `require-deprecation-date`: here in the reason, where clients can read it and the grace period does. */
export const requireDeprecationDate: LintRule = {
  name: 'require-deprecation-date',
  wants: 'A deprecation says since when, so that its grace period can be known.',
  fix: 'Put the day into the reason: "Use `x` instead. Since 2026-01-31."',
  check({ document, report }) {
    visit(document, {
      enter(node: ASTNode) {
        if (!('directives' in node) || !('name' in node) || !node.name) return;
        const found = directive(node, 'deprecated');
        if (found && !date.test(textArgument(found, 'reason') ?? ''))
          report(found, node.name.value, `The deprecation of ${node.name.value} names no day (YYYY-MM-DD).`);
      },
    });
  },
};
