import {
  anonymousViewer,
  type AuthorSights,
  maySeePost,
  maySuggest,
  type MutedIn,
  type PostAudience,
  type Relation,
  relationBits,
  type Relationships,
  type Sayable,
} from '@murmuration/relationships';
import { downstreamError } from '@murmuration/service-kit';

/** Which viewers may be told of a post right now. Of whom nobody can tell it is an error. */
export type MayBeTold = (
  post: PostAudience & { authorId: bigint },
  viewerIds: readonly bigint[],
) => Promise<Map<bigint, boolean | Error>>;

/** Who looks at a stream: nobody in particular, of anonymous readers. */
export function viewerOf(viewerId: bigint): bigint | null {
  return viewerId === anonymousViewer ? null : viewerId;
}

/** One question a post for all viewers, however many; anonymous readers are one of them. */
export interface PostSights {
  mayBeTold: MayBeTold;
  /** Like `mayBeTold`, of what nobody asked for by name: not who mutes words of it, or its conversation, either. */
  mayMeet: (
    post: PostAudience & { authorId: bigint } & Sayable,
    viewerIds: readonly bigint[],
  ) => ReturnType<MayBeTold>;
  /** What each of some viewers and an author are to each other right now; an error of whom nobody can tell. */
  relationsTo: (
    authorId: bigint,
    viewerIds: readonly bigint[],
  ) => Promise<(viewerId: bigint) => Relation | Error>;
}

export function createPostSights(options: {
  sights: AuthorSights;
  relationships: Pick<Relationships, 'read'>;
  mutedIn: MutedIn;
}): PostSights {
  const { mutedIn, relationships, sights } = options;

  async function relationsTo(authorId: bigint, viewerIds: readonly bigint[]) {
    const isOther = (viewerId: bigint) => viewerId !== authorId && viewerId !== anonymousViewer;
    const [relations, anonymous] = await Promise.all([
      sights.read(authorId, viewerIds.filter(isOther)),
      viewerIds.includes(anonymousViewer) ? relationships.read(null, [authorId]) : [],
    ]);
    return (viewerId: bigint): Relation | Error => {
      if (viewerId === authorId) return relationBits.self;
      const found = viewerId === anonymousViewer ? anonymous[0] : relations.get(viewerId);
      return found ?? new Error('never asked');
    };
  }

  const mayBeTold: MayBeTold = async (post, viewerIds) => {
    const relationOf = await relationsTo(post.authorId, viewerIds);
    return new Map(
      viewerIds.map((viewerId): [bigint, boolean | Error] => {
        const relation = relationOf(viewerId);
        if (relation instanceof Error) return [viewerId, relation];
        return [viewerId, maySeePost(viewerOf(viewerId), relation, post) && maySuggest(relation)];
      }),
    );
  };

  return {
    mayBeTold,
    async mayMeet(post, viewerIds) {
      const may = await mayBeTold(post, viewerIds);
      const asked = viewerIds.filter(
        (viewerId) =>
          may.get(viewerId) === true && viewerId !== anonymousViewer && viewerId !== post.authorId,
      );
      try {
        for (const viewerId of await mutedIn(post, asked)) may.set(viewerId, false);
      } catch (error) {
        const unknown = downstreamError('timeline', error);
        for (const viewerId of asked) may.set(viewerId, unknown);
      }
      return may;
    },
    relationsTo,
  };
}
