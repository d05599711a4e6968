/** What bounds the trends; those that a process may be told otherwise are settings in `config.ts`. */
export interface TrendLimits {
  /** After so long what somebody said or liked counts half. */
  halfLifeHours: number;
  /** And what was said before so many hours counts for nothing. */
  windowHours: number;
  /** The newest uses of hashtags that are counted, and the newest posts that are looked at. */
  uses: number;
  posts: number;
  /** Of one author so many of the newest hashtags count, and so many posts: one person lifts up few. */
  tagsOfEach: number;
  postsOfEach: number;
  /** Fewer authors make no hashtag a trend, and fewer likes and reposts no post. */
  authors: number;
  reactions: number;
  /** Hashtags and posts of which it is asked whether everybody may see their authors, and the authors that are asked about. */
  candidates: number;
  authorsAsked: number;
  /** Hashtags and posts that are kept. */
  kept: number;
  /** They are counted anew so often, by one process. */
  everyMs: number;
  /** What was counted longer ago is not shown any more. */
  keptMs: number;
  /** A process looks for newer ones after so long. */
  heldMs: number;
}

export const trendLimits: TrendLimits = {
  halfLifeHours: 6,
  windowHours: 24,
  uses: 20_000,
  posts: 20_000,
  tagsOfEach: 10,
  postsOfEach: 2,
  authors: 3,
  reactions: 3,
  candidates: 200,
  authorsAsked: 5_000,
  kept: 100,
  everyMs: 30_000,
  keptMs: 300_000,
  heldMs: 5_000,
};
