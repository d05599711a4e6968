import { type ASTNode, type StringValueNode, visit } from 'graphql';
import type { LintRule } from '../rule.ts';

/** `description-style` */
export const descriptionStyle: LintRule = {
  name: 'description-style',
  wants: 'Descriptions are """block strings""".',
  fix: 'Write """…""" instead of "…".',
  check({ document, report }) {
    visit(document, {
      enter(node: ASTNode) {
        if (!('description' in node) || !('name' in node) || !node.name) return;
        const description: StringValueNode | undefined = node.description;
        if (description && description.block !== true)
          report(
            description,
            node.name.value,
            `The description of ${node.name.value} is not a block string.`,
          );
      },
    });
  },
};
