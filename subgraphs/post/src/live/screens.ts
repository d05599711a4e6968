import { createMembersIndex } from '@murmuration/service-kit/subgraph';
import type { PostRow } from '../posts/post.ts';
import type { ShownPost, Watcher } from './live-event.ts';

/**
 * What the open streams have on their screens, found by what may change it or hide it. Of those that tell what is said
 * publicly nothing is known: what becomes of posts there is watched by their ids.
 */
export interface Screens {
  add(member: Watcher): void;
  remove(member: Watcher): void;
  ofViewer(viewerId: bigint): ReadonlySet<Watcher>;
  /** Those who watch a post by its id. */
  watching(postId: bigint): ReadonlySet<Watcher>;
  /** Those to whom a post was certainly shown, by its id. */
  shown(postId: bigint): Watcher[];
  /** Those who may have a post on their screen: it was shown to them, or they watch its conversation. */
  showing(post: Pick<PostRow, 'id' | 'rootId'>): Watcher[];
  /** Posts of an author that were certainly shown to somebody. */
  shownOf(authorId: bigint): ReadonlySet<bigint>;
  hasThreads(): boolean;
  /** Those who watch a conversation, by its root. */
  inThread(rootId: bigint): readonly Watcher[];
  /** As many of the posts that were certainly shown as there are now, for who goes through them while streams come and go. */
  allShown(): Iterable<bigint>;
  /** The same of the roots of conversations. */
  roots(): Iterable<bigint>;
}

export function createScreens(): Screens {
  const byViewer = createMembersIndex<bigint, Watcher>();
  const byPost = createMembersIndex<bigint, Watcher>();
  const byRoot = createMembersIndex<bigint, Watcher>();
  const shownInThreads = createMembersIndex<bigint, Watcher>();
  const postsByAuthor = createMembersIndex<bigint, bigint>();

  const shownIn = (member: Watcher) => (member.subject.kind === 'thread' ? shownInThreads : byPost);

  function show({ authorId, id }: ShownPost, member: Watcher): void {
    shownIn(member).add(id, member);
    postsByAuthor.add(authorId, id);
  }

  function forget({ authorId, id }: ShownPost, member: Watcher): void {
    shownIn(member).remove(id, member);
    if (!byPost.has(id) && !shownInThreads.has(id)) postsByAuthor.remove(authorId, id);
  }

  const shown = (postId: bigint) => [...byPost.of(postId), ...shownInThreads.of(postId)];

  return {
    add(member) {
      const { subject, viewerId } = member;
      byViewer.add(viewerId, member);
      if (subject.kind === 'thread') byRoot.add(subject.rootId, member);
      for (const post of shownOn(member)) show(post, member);
    },
    remove(member) {
      const { subject, viewerId } = member;
      byViewer.remove(viewerId, member);
      if (subject.kind === 'thread') byRoot.remove(subject.rootId, member);
      for (const post of shownOn(member)) forget(post, member);
    },
    ofViewer: byViewer.of,
    watching: byPost.of,
    shown,
    showing: ({ id, rootId }) => [...new Set([...shown(id), ...byRoot.of(rootId)])],
    shownOf: postsByAuthor.of,
    hasThreads: () => byRoot.size() > 0,
    inThread: (rootId) => [...byRoot.of(rootId)],
    *allShown() {
      yield* byPost.keys().take(byPost.size());
      yield* shownInThreads.keys().take(shownInThreads.size());
    },
    roots: () => byRoot.keys().take(byRoot.size()),
  };
}

/** The posts that were certainly shown to who reads a stream. */
export function shownOn({ subject }: Watcher): readonly ShownPost[] {
  return subject.kind === 'public' ? [] : subject.shown;
}

/** Whether a stream may have a post on its screen. */
export function isShowing({ subject }: Watcher, { id, rootId }: Pick<PostRow, 'id' | 'rootId'>): boolean {
  if (subject.kind === 'thread') return subject.rootId === rootId;
  return subject.kind === 'posts' && subject.shown.some((post) => post.id === id);
}
