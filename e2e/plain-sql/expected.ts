import { type Facts, type Person, type Post, postId } from './facts.ts';

/** Someone looking: a person of the facts, or null for an anonymous reader. */
export type Viewer = Person | null;

/** The rules told once more, as simply as possible, from nothing but the facts. */
export function createExpectation(facts: Facts, viewer: Viewer) {
  const follows = (a: string, b: string) => followSet.has(`${a} ${b}`);
  const blocks = (a: string, b: string) => blockSet.has(`${a} ${b}`);
  const followSet = new Set(facts.follows.map(({ follower, followee }) => `${follower} ${followee}`));
  const blockSet = new Set(facts.blocks.map(({ blocker, blocked }) => `${blocker} ${blocked}`));
  const people = new Map([...facts.people.values()].map((person) => [person.id, person]));

  const seesPerson = (id: string) => viewer === null || !blocks(id, viewer.id);
  const seesPost = (post: Post) => {
    if (viewer?.id === post.author_id) return true;
    if (!seesPerson(post.author_id) || (viewer && blocks(viewer.id, post.author_id))) return false;
    if (viewer && post.mentioned_ids.includes(viewer.id)) return true;
    if (viewer && follows(viewer.id, post.author_id)) return post.visibility !== 'mentioned';
    return post.visibility === 'public' && !people.get(post.author_id)?.is_private;
  };

  function postNode(post: Post) {
    return {
      id: postId(post.id),
      text: post.text,
      author: seesPerson(post.author_id) ? { handle: facts.handles.get(post.author_id) } : null,
      likeCount: post.like_count,
      replyCount: post.reply_count,
      repostCount: post.repost_count,
      quoteCount: post.quote_count,
      viewerHasLiked: viewer !== null && facts.likes.has(`${viewer.id} ${post.id}`),
      viewerHasReposted: viewer !== null && facts.reposts.has(`${viewer.id} ${post.id}`),
    };
  }

  return {
    profile(person: Person, size: number) {
      if (!seesPerson(person.id)) return null;
      const isOpen =
        !person.is_private || viewer?.id === person.id || (viewer && follows(viewer.id, person.id));
      const followers = facts.follows.filter((follow) => follow.followee === person.id);
      const following = facts.follows.filter((follow) => follow.follower === person.id);
      const own = facts.posts.filter((post) => post.author_id === person.id);
      const list = (ids: string[]) => ({
        edges: ids
          .filter((id) => isOpen && seesPerson(id))
          .slice(0, size)
          .map((id) => ({ node: { handle: facts.handles.get(id) } })),
      });
      return {
        handle: person.handle,
        displayName: person.display_name,
        bio: person.bio,
        followerCount: followers.length,
        followingCount: following.length,
        postCount: own.length,
        viewerRelation:
          viewer === null || viewer.id === person.id
            ? null
            : {
                isFollowing: follows(viewer.id, person.id),
                isFollowedBy: follows(person.id, viewer.id),
                isBlocking: blocks(viewer.id, person.id),
              },
        followers: list(followers.map((follow) => follow.follower)),
        following: list(following.map((follow) => follow.followee)),
        posts: {
          edges: own
            .filter(seesPost)
            .slice(0, size)
            .map((post) => ({ node: postNode(post) })),
        },
      };
    },
    thread(post: Post, size: number) {
      if (!seesPost(post)) return null;
      const replies = facts.posts
        .filter((reply) => reply.reply_to_id === post.id)
        .toReversed()
        .filter(seesPost);
      const ancestors: Post[] = [];
      const byId = new Map(facts.posts.map((each) => [each.id, each]));
      for (let at = post.reply_to_id; at !== null; ) {
        const parent = byId.get(at);
        if (!parent) break;
        ancestors.unshift(parent);
        at = parent.reply_to_id;
      }
      return {
        thread: {
          ancestors: ancestors.map((each) => ({ post: seesPost(each) ? { id: postId(each.id) } : null })),
          replies: { edges: replies.slice(0, size).map((reply) => ({ node: postNode(reply) })) },
        },
      };
    },
  };
}
