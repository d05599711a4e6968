import { findTags } from '../hashtags/tag.ts';
import { findLinks } from './links.ts';

/** A range of UTF-16 code units, end exclusive. Stored as JSON, hence the decimal id. */
interface Range {
  start: number;
  end: number;
}
export type MentionFacet = Range & { __typename: 'MentionFacet'; userId: string };
export type HashtagFacet = Range & { __typename: 'HashtagFacet'; tag: string };
export type LinkFacet = Range & { __typename: 'LinkFacet'; url: string };
export type Facet = MentionFacet | HashtagFacet | LinkFacet;

/** A mention before it is known whether anybody has the handle. */
type MentionMark = Range & { __typename: 'MentionMark'; handle: string };
export type Mark = MentionMark | HashtagFacet | LinkFacet;

/** A handle as sign-up takes it, where no word or address goes on around it. */
const mentionPattern = /(?<![\p{L}\p{M}\p{N}_@/])@([A-Za-z][A-Za-z0-9_]{2,29})(?![\p{L}\p{M}\p{N}_@])/gu;

/** Everything in a text that may mean something, in order; of two that overlap the first stays. */
export function findMarks(text: string): Mark[] {
  const marks = [...links(text), ...mentions(text), ...hashtags(text)];
  marks.sort((one, other) => one.start - other.start || other.end - one.end);
  let reached = 0;
  return marks.filter((mark) => {
    const isFree = mark.start >= reached;
    if (isFree) reached = mark.end;
    return isFree;
  });
}

/** Marks whose people are known; a handle that nobody has is plain text. */
export function facetsOf(marks: readonly Mark[], people: ReadonlyMap<string, bigint>): Facet[] {
  return marks.flatMap((mark): Facet[] => {
    if (mark.__typename !== 'MentionMark') return [mark];
    const userId = people.get(mark.handle.toLowerCase())?.toString();
    return userId ? [{ __typename: 'MentionFacet', start: mark.start, end: mark.end, userId }] : [];
  });
}

/** The distinct handles of a text, in lower case. */
export function handlesIn(marks: readonly Mark[]): string[] {
  const handles = marks.flatMap((mark) =>
    mark.__typename === 'MentionMark' ? mark.handle.toLowerCase() : [],
  );
  return [...new Set(handles)];
}

export function tagsIn(facets: readonly Facet[]): string[] {
  return [...new Set(facets.flatMap((facet) => (facet.__typename === 'HashtagFacet' ? facet.tag : [])))];
}

export function mentionedIn(facets: readonly Facet[]): bigint[] {
  const ids = facets.flatMap((facet) => (facet.__typename === 'MentionFacet' ? facet.userId : []));
  return [...new Set(ids)].map(BigInt);
}

function links(text: string): LinkFacet[] {
  return findLinks(text).map((link) => ({ __typename: 'LinkFacet', ...link }));
}

function mentions(text: string): MentionMark[] {
  return [...text.matchAll(mentionPattern)].map((match) => ({
    __typename: 'MentionMark',
    start: match.index,
    end: match.index + match[0].length,
    handle: match[1] as string,
  }));
}

function hashtags(text: string): HashtagFacet[] {
  return findTags(text).map((mark) => ({ __typename: 'HashtagFacet', ...mark }));
}
