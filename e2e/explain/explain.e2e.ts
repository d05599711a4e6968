import { beforeAll, expect, test } from 'vitest';
import { type ExplainedStatement, explainAll } from './explain-all.ts';
import { nodesOf } from './plans.ts';

/** Large enough that reading a table from end to end is not what the planner does for good reasons. */
const size = { people: 6_000, followsEach: 40, posts: 60_000 };

let statements: ExplainedStatement[];
beforeAll(async () => {
  statements = await explainAll(size, console.log);
});

test('no statement of the services reads a large table from end to end', () => {
  expect(
    statements.filter(({ scans }) => scans.length > 0).map(({ scans, sql }) => ({ scans, sql })),
  ).toEqual([]);
});

/** The hot ones, each by what only it says, with the index that it must go by. */
test.each([
  {
    what: 'a home page from the tables',
    database: 'timeline',
    says: /home|followed AS MATERIALIZED/,
    index: /post_ref.*author_id/,
  },
  {
    what: 'who an entry is pushed to',
    database: 'timeline',
    says: /FROM timeline_event e\s+LEFT JOIN/,
    index: /follow_/,
  },
  {
    what: 'a page of a person’s posts',
    database: 'post',
    says: /author_id = /,
    index: /post_p.*author_id_id/,
  },
  { what: 'the replies to a post', database: 'post', says: /reply_to_id/, index: /reply_to_id/ },
  {
    what: 'what quotes a post',
    database: 'post',
    says: /quoted_id = /,
    index: /quoted_id|post_p.*_[0-9a-f]{12}/,
  },
  {
    what: 'who likes a post',
    database: 'post',
    says: /"personId" FROM post_like/,
    index: /post_like_post_idx/,
  },
  {
    what: 'who reposted a post',
    database: 'post',
    says: /"personId" FROM repost/,
    index: /repost_original_idx/,
  },
  { what: 'what a person likes', database: 'post', says: /FROM post_like l\b/, index: /post_like_user_idx/ },
  { what: 'the followers one knows', database: 'user', says: /WITH mine AS/, index: /^follow_pkey$/ },
  { what: 'what a person reposted', database: 'post', says: /UNION ALL/, index: /repost_author_idx/ },
  { what: 'posts by id', database: 'post', says: /id = ANY|"id" IN/, index: /post_p.*pkey/ },
  { what: 'a page of followers', database: 'user', says: /followee_id/, index: /follow_followee_idx/ },
  { what: 'a person by handle', database: 'user', says: /lower\(/, index: /account_handle_lower_key/ },
])('$what goes by an index', ({ database, index, says }) => {
  const found = statements.filter((each) => each.database === database && says.test(each.sql));
  const used = found.flatMap(({ plan }) => nodesOf(plan).flatMap((node) => node['Index Name'] ?? []));
  expect(used.filter((name) => index.test(name))).not.toEqual([]);
});
