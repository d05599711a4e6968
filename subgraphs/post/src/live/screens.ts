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
  /** Those who have a post on their screen: they watch it, or its conversation. */
  showing(post: Pick<PostRow, 'id' | 'rootId'>): Watcher[];
  /** Posts of an author that somebody watches. */
  watchedOf(authorId: bigint): ReadonlySet<bigint>;
  hasThreads(): boolean;
  /** Those who watch a conversation, by its root. */
  inThread(rootId: bigint): readonly Watcher[];
  /** As many of the posts that somebody watches as there are now, for who goes through them while streams come and go. */
  watched(): Iterable<bigint>;
  /** The same of the roots of conversations. */
  roots(): Iterable<bigint>;
}

export function createScreens(): Screens {
  const byViewer = createMembersIndex<bigint, Watcher>();
  const byPost = createMembersIndex<bigint, Watcher>();
  const byRoot = createMembersIndex<bigint, Watcher>();
  const postsByAuthor = createMembersIndex<bigint, bigint>();

  function watch({ authorId, id }: ShownPost, member: Watcher): void {
    byPost.add(id, member);
    postsByAuthor.add(authorId, id);
  }

  function forget({ authorId, id }: ShownPost, member: Watcher): void {
    byPost.remove(id, member);
    if (!byPost.has(id)) postsByAuthor.remove(authorId, id);
  }

  return {
    add(member) {
      const { subject, viewerId } = member;
      byViewer.add(viewerId, member);
      if (subject.kind === 'thread') byRoot.add(subject.rootId, member);
      if (subject.kind === 'posts') for (const post of subject.shown) watch(post, member);
    },
    remove(member) {
      const { subject, viewerId } = member;
      byViewer.remove(viewerId, member);
      if (subject.kind === 'thread') byRoot.remove(subject.rootId, member);
      if (subject.kind === 'posts') for (const post of subject.shown) forget(post, member);
    },
    ofViewer: byViewer.of,
    watching: byPost.of,
    showing: ({ id, rootId }) => [...byPost.of(id), ...byRoot.of(rootId)],
    watchedOf: postsByAuthor.of,
    hasThreads: () => byRoot.size() > 0,
    inThread: (rootId) => [...byRoot.of(rootId)],
    watched: () => byPost.keys().take(byPost.size()),
    roots: () => byRoot.keys().take(byRoot.size()),
  };
}

/** Whether a stream has a post on its screen. */
export function isShowing({ subject }: Watcher, { id, rootId }: Pick<PostRow, 'id' | 'rootId'>): boolean {
  if (subject.kind === 'thread') return subject.rootId === rootId;
  return subject.kind === 'posts' && subject.shown.some((post) => post.id === id);
}
