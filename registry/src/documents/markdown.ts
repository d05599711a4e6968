/**
 * The `graphql` blocks of a page, each alone and at its own line: examples that readers copy are operations that
 * clients send.
 */
export function graphqlBlocks(page: string): string[] {
  const blocks: string[] = [];
  let block: string | undefined;
  for (const [index, line] of page.split('\n').entries()) {
    if (block === undefined) {
      if (/^\s*```graphql\s*$/.test(line)) block = '\n'.repeat(index + 1);
    } else if (/^\s*```\s*$/.test(line)) {
      blocks.push(block);
      block = undefined;
    } else block += `${line}\n`;
  }
  return blocks;
}
