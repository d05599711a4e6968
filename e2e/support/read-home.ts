import type { GraphClient } from '@murmuration/testing';

interface Page {
  homeTimeline: {
    edges: { node: { id: string } | null; repostedBy: { id: string } | null }[];
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string; endCursor: string };
  };
}

const pageQuery = `query ($first: Int, $after: String, $last: Int, $before: String) {
  homeTimeline(first: $first, after: $after, last: $last, before: $before) {
    edges { node { id } repostedBy { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

/** A whole home, page by page, from the newest on or from the oldest back; newest first either way. */
export async function readHome(
  reader: Pick<GraphClient, 'ask'>,
  size: number,
  isForward = true,
  most = Infinity,
): Promise<string[]> {
  const all: string[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < most; pages += 1) {
    const variables = isForward ? { first: size, after: cursor } : { last: size, before: cursor };
    const { edges, pageInfo } = (await reader.ask<Page>(pageQuery, variables)).homeTimeline;
    const told = edges.map(({ node, repostedBy }) => `${node?.id} ${repostedBy?.id ?? ''}`);
    if (isForward) all.push(...told);
    else all.unshift(...told);
    cursor = isForward ? pageInfo.endCursor : pageInfo.startCursor;
    if (!(isForward ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) break;
  }
  return all;
}
