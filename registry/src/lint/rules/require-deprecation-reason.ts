import { type ASTNode, visit } from 'graphql';
import { directive, type LintRule, textArgument } from '../rule.ts';

/** `require-deprecation-reason` */
export const requireDeprecationReason: LintRule = {
  name: 'require-deprecation-reason',
  wants: 'A deprecation says what to use instead.',
  fix: 'Write @deprecated(reason: "Use … instead.").',
  check({ document, report }) {
    visit(document, {
      enter(node: ASTNode) {
        if (!('directives' in node) || !('name' in node) || !node.name) return;
        const found = directive(node, 'deprecated');
        if (found && !textArgument(found, 'reason')?.trim())
          report(found, node.name.value, `The deprecation of ${node.name.value} gives no reason.`);
      },
    });
  },
};
