import { maySeePost, relationBits } from '@murmuration/relationships';
import { expect, it } from 'vitest';
import { ruleBits, ruleOf } from '../src/authors/rule.ts';
import { visibilities } from '../src/posts/post.ts';

/** What the SQL of findAuthorPages computes. */
function passes(rule: number, visibility: (typeof visibilities)[number], isMentioned: boolean): boolean {
  return (rule & ruleBits[visibility]) !== 0 || ((rule & ruleBits.whereMentioned) !== 0 && isMentioned);
}

it('the rule of a list lets through what the decision lets through, whatever two people are to each other', () => {
  const every = Object.values(relationBits).reduce((sum, bit) => sum | bit, 0);
  for (const viewerId of [5n, null]) {
    for (let relation = 0; relation <= every; relation++) {
      const rule = ruleOf(viewerId, relation);
      for (const visibility of visibilities) {
        for (const mentionedIds of [[], [9n], [9n, 5n]]) {
          const isMentioned = viewerId !== null && mentionedIds.includes(viewerId);
          const decided = maySeePost(viewerId, relation, { visibility, mentionedIds });
          if (passes(rule, visibility, isMentioned) !== decided) {
            expect.fail(`viewer ${viewerId}, relation ${relation}, ${visibility}, mentioned: ${isMentioned}`);
          }
        }
      }
    }
  }
});
