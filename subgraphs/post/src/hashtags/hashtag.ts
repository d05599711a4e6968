/** A hashtag is only its name; what carries it is found when asked. */
export interface HashtagKey {
  tag: string;
}
