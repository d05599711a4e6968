import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { facetsOf, findMarks, handlesIn, mentionedIn, tagsIn } from '../src/posts/facets.ts';

/** What a text's marks are, as the pieces of the text they stand for. */
const pieces = (text: string) => findMarks(text).map(({ start, end }) => text.slice(start, end));

describe('marks of a text', () => {
  it.each([
    ['Hello @alice, meet @Bob_2!', ['@alice', '@Bob_2']],
    ['.@alice is right; so is (@bob)', ['@alice', '@bob']],
    ['mail me: alice@example.org', []],
    ['@al is too short, @1bob begins with a digit', []],
    [`@${'a'.repeat(31)} is too long`, []],
    ['@alice@example.org is somebody of another place', []],
    ['@@alice and a@bob and /@carol', []],
    ['#flock #Zug_vögel #渡り鳥 #été', ['#flock', '#Zug_vögel', '#渡り鳥', '#été']],
    ['#1 and #2024 are numbers, #2nd is a tag', ['#2nd']],
    ['a#b, ##c, &#39; and #', []],
    [`#${'x'.repeat(65)}`, []],
    ['see https://example.org/a?b=c#d.', ['https://example.org/a?b=c#d']],
    ['(http://example.org/a_(b)) or example.com', ['http://example.org/a_(b)', 'example.com']],
    ['ftp://example.org and mailto:a@example.org', []],
    ['javascript:alert(1)', []],
    ['https://bank.example@evil.example and https://a:b@evil.example/', []],
    ['https://bank.example:443@evil.example/x', []],
    ['bank.com@evil.com', []],
    ['See README.md, src/main.rs, main.rs:10 and install.sh.', []],
    [
      'docs.rs/serde www.main.rs https://main.rs heise.de',
      ['docs.rs/serde', 'www.main.rs', 'https://main.rs', 'heise.de'],
    ],
    ['https://example.org/@alice#tag', ['https://example.org/@alice#tag']],
    ['👋🏽 @alice 👩‍👩‍👧 #tag', ['@alice', '#tag']],
  ])('%s', (text, expected) => {
    expect(pieces(text)).toEqual(expected);
  });

  it('count UTF-16 code units, as clients do', () => {
    expect(findMarks('👋 #hi')).toMatchObject([{ start: 3, end: 6 }]);
  });

  it('never overlap, lie in the text and come in order, whatever the text', () => {
    const word = fc.constantFrom(
      '@alice',
      '#tag',
      'https://example.org',
      '.',
      ' ',
      '@',
      '#',
      '👋',
      'a.com',
      '(',
      ')',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string()), { maxLength: 20 }), (parts) => {
        const text = parts.join('');
        let reached = 0;
        for (const { start, end } of findMarks(text)) {
          expect(start).toBeGreaterThanOrEqual(reached);
          expect(end).toBeGreaterThan(start);
          reached = end;
        }
        expect(reached).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  it('are found in no time in texts made to be slow', () => {
    for (const unit of ['@', '#a', 'a.', 'http://', '((', 'a@']) findMarks(unit.repeat(2_000 / unit.length));
  });
});

describe('facets', () => {
  const text = 'Hi @Alice and @nobody #One #one http://EXAMPLE.org/ü example.com/a';
  const facets = facetsOf(findMarks(text), new Map([['alice', 7n]]));

  it('name people by id, tags folded, links as addresses; unknown handles are plain text', () => {
    expect(handlesIn(findMarks(text))).toEqual(['alice', 'nobody']);
    expect(facets.map(({ start: _start, end: _end, ...rest }) => rest)).toEqual([
      { __typename: 'MentionFacet', userId: '7' },
      { __typename: 'HashtagFacet', tag: 'one' },
      { __typename: 'HashtagFacet', tag: 'one' },
      { __typename: 'LinkFacet', url: 'http://example.org/%C3%BC' },
      { __typename: 'LinkFacet', url: 'https://example.com/a' },
    ]);
    expect(mentionedIn(facets)).toEqual([7n]);
    expect(tagsIn(facets)).toEqual(['one']);
  });
});
