import { TokenKind } from 'graphql';
import type { LintRule } from '../rule.ts';

/** `no-hashtag-description` */
export const noHashtagDescription: LintRule = {
  name: 'no-hashtag-description',
  wants: 'No `# comment` stands where a description belongs: tools cannot see it.',
  fix: 'Make it a """description""", or leave an empty line between the comment and the definition.',
  check({ types, report }) {
    for (const node of types) {
      const members = [
        ...('fields' in node ? (node.fields ?? []) : []),
        ...('values' in node ? (node.values ?? []) : []),
      ];
      for (const one of [node, ...members]) {
        const start = one.loc?.startToken;
        const comment = start?.prev;
        const isAttached =
          comment?.kind === TokenKind.COMMENT &&
          comment.line + 1 === start?.line &&
          comment.prev?.line !== comment.line;
        if (!isAttached || !('name' in one)) continue;
        const coordinate = one === node ? node.name.value : `${node.name.value}.${one.name.value}`;
        report(one, coordinate, `The comment above ${coordinate} looks like a description.`);
      }
    }
  },
};
