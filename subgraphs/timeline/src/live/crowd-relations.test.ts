import { expect, it } from 'vitest';
import { createCrowdRelations } from './crowd-relations.ts';

/** Tells who was asked about whom: a relation is viewer * 100 + author. */
function create(unknownViewer?: bigint) {
  const calls: string[] = [];
  const relationOf = (viewer: bigint, author: bigint) =>
    viewer === unknownViewer ? new Error('unknown') : Number(viewer * 100n + author);
  const crowd = createCrowdRelations({
    relationships: {
      async read(viewerId, authorIds) {
        if (authorIds.length > 0) calls.push(`${viewerId} about ${authorIds.join()}`);
        return authorIds.map((author) => relationOf(viewerId ?? 0n, author));
      },
    },
    sights: {
      async read(author, viewers) {
        calls.push(`${viewers.length} about ${author}`);
        return new Map(viewers.map((viewer) => [viewer, relationOf(viewer, author)]));
      },
    },
  });
  return { calls, crowd };
}

it('asks by author for a crowd, by viewer for the rest, and keeps everybody’s order', async () => {
  const { calls, crowd } = create();
  const viewers = [1n, 2n, 3n, 4n, 5n];
  const read = await Promise.all(
    viewers.map((viewer) => crowd.read(viewer, viewer === 5n ? [8n, 9n] : [9n])),
  );
  expect(read).toEqual([[109], [209], [309], [409], [508, 509]]);
  expect(calls.toSorted()).toEqual(['5 about 8', '5 about 9']);
});

it('tells what nobody can tell, to whom it concerns alone', async () => {
  const { crowd } = create(2n);
  const read = await Promise.all([1n, 2n, 3n, 4n].map((viewer) => crowd.read(viewer, [9n])));
  expect(read).toEqual([[109], [new Error('unknown')], [309], [409]]);
});
