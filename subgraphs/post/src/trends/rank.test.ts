import { idAt } from '@murmuration/ids';
import { describe, expect, test } from 'vitest';
import { rankPosts, rankTags, type TagUse } from './rank.ts';

const now = Date.UTC(2026, 0, 2);
const hourMs = 3_600_000;
const limits = { halfLifeHours: 6, tagsOfEach: 2, authors: 2, postsOfEach: 1 };

/** `tag author hoursAgo` of each, in any order. */
function uses(...texts: string[]): TagUse[] {
  return texts
    .map((text, index) => {
      const [tag = '', author, hours] = text.split(' ');
      const postId = idAt(now - Number(hours) * hourMs) + BigInt(index);
      return { tag, authorId: BigInt(author ?? 0), postId };
    })
    .toSorted((a, b) => Number(b.postId - a.postId));
}

const tagsOf = (found: TagUse[], count = 10) =>
  rankTags(found, limits, count).map(({ authorCount, tag }) => `${tag} ${authorCount}`);

describe('trending hashtags', () => {
  test.each<[string, string[], string[]]>([
    ['more authors go first', ['a 1 1', 'a 2 1', 'b 3 1', 'b 4 1', 'b 5 1'], ['b 3', 'a 2']],
    ['one author makes no trend', ['a 1 1', 'b 2 1', 'b 3 1'], ['b 2']],
    [
      'what was said a half-life ago counts half',
      ['a 1 6', 'a 2 6', 'a 3 6', 'b 4 0', 'b 5 0'],
      ['b 2', 'a 3'],
    ],
    [
      'who uses many counts for the newest few only',
      ['a 1 0', 'b 1 1', 'c 1 2', 'a 2 3', 'b 2 4', 'c 3 5'],
      ['a 2', 'b 2'],
    ],
    ['nothing is no trend', [], []],
  ])('%s', (_rule, given, expected) => expect(tagsOf(uses(...given))).toEqual(expected));

  test('are no more than are wanted, each at a place of its own that stays where nothing is added', () => {
    const found = uses('a 1 1', 'a 2 1', 'b 1 1', 'b 2 1');
    expect(tagsOf(found, 1)).toHaveLength(1);
    const places = rankTags(found, limits, 10).map(({ place }) => place);
    expect(new Set(places.map(({ id }) => id)).size).toBe(2);
    expect(places).toEqual(rankTags(found.toReversed(), limits, 10).map(({ place }) => place));
  });
});

test('posts go by their reactions and their age, one of each author', () => {
  const post = (number: number, author: number, hours: number, likes: number, reposts = 0) => ({
    postId: idAt(now - hours * hourMs) + BigInt(number),
    authorId: BigInt(author),
    likes,
    reposts,
  });
  const ranked = rankPosts(
    [post(1, 1, 0, 4), post(2, 1, 0, 3), post(3, 2, 6, 10), post(4, 3, 0, 1, 4), post(5, 4, 12, 10)],
    limits,
    3,
  );
  expect(ranked.map(({ place }) => Number(place.id & 15n))).toEqual([4, 3, 1]);
});
