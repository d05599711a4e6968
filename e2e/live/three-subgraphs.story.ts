import { type Member, signUpCast } from '@murmuration/testing';
import { type Client, createClient } from 'graphql-ws';
import pg from 'pg';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sharedStory } from '../support/shared.ts';
import type { Story } from '../support/stack.ts';
import { createResealed } from './resealed.ts';

interface Event {
  __typename: string;
  cursor: string;
  reason?: string;
  reply?: { text: string; author: { handle: string } | null } | null;
  post?: { replyCount: number; text?: string; author?: { handle: string } | null } | null;
  user?: { handle: string } | null;
  userId?: string;
  postId?: string;
  notification?: object;
}

let story: Story;
let cast: Record<'alice' | 'bob' | 'carol', Member>;
const sockets = new Map<Member, Client>();
beforeAll(async () => {
  story = sharedStory();
  cast = await signUpCast(story.graphUrl, ['alice', 'bob', 'carol']);
  for (const member of Object.values(cast)) {
    const connectionParams = { authorization: `Bearer ${member.accessToken}` };
    const url = story.graphUrl.replace('http', 'ws');
    sockets.set(member, createClient({ url, webSocketImpl: WebSocket, connectionParams }));
  }
});
afterAll(async () => {
  for (const socket of sockets.values()) await socket.dispose();
});

function listen(query: string, variables: Record<string, unknown>, member = cast.alice) {
  const events: Event[] = [];
  const errors: unknown[] = [];
  const hangUp = socketOf(member).subscribe<Record<string, Event>>(
    { query, variables },
    {
      next: ({ data, errors: failed }) => {
        if (failed) errors.push(...failed);
        events.push(...Object.values(data ?? {}).filter(({ __typename }) => __typename !== 'Bookmark'));
      },
      error: (error) => errors.push(error),
      complete: () => undefined,
    },
  );
  return { events, errors, hangUp };
}

function socketOf(member: Member): Client {
  const socket = sockets.get(member);
  if (!socket) throw new Error(`${member.handle} has no socket`);
  return socket;
}

async function replyCountOf(id: string): Promise<number> {
  const query = 'query ($id: ID!) { post(id: $id) { replyCount } }';
  return (await cast.alice.ask<{ post: { replyCount: number } }>(query, { id })).post.replyCount;
}

const thread = `subscription ($id: ID!, $after: String) { threadUpdates(postId: $id, after: $after) {
  __typename cursor ... on Reset { reason } ... on ReplyAdded { reply { text author { handle } } } ... on PostDeleted { postId } } }`;
const counts = `subscription ($ids: [ID!]!, $after: String) { postUpdates(ids: $ids, after: $after) {
  __typename cursor ... on Reset { reason } ... on CountsChanged { post { replyCount } } ... on PostDeleted { postId } } }`;
const tagged = `subscription ($after: String) { hashtagUpdates(tag: "flock", after: $after) {
  __typename cursor ... on Reset { reason } ... on PublicPostAdded { post { text author { handle } } } } }`;
const publicly = `subscription ($after: String) { publicTimelineUpdates(after: $after) {
  __typename cursor ... on Reset { reason } ... on PublicPostAdded { post { text } } } }`;
const home = `subscription ($after: String) { homeTimelineUpdates(after: $after) {
  __typename cursor ... on Reset { reason } } }`;
const notified = `subscription { notificationReceived { __typename cursor
  ... on NotificationAdded { notification { kind isUnread actors { handle } post { text } } } } }`;
const viewer = `subscription ($after: String) { viewerUpdates(after: $after) {
  __typename cursor ... on Reset { reason } ... on RelationChanged { userId user { handle } } } }`;

test('one socket carries what happens in a thread, to counts and to the viewer, each from its own subgraph', async () => {
  const { alice, bob } = cast;
  const root = await alice.post('root');
  const [inThread, toCounts, toViewer, ofBob, toBeTold] = [
    listen(thread, { id: root }),
    listen(counts, { ids: [root] }),
    listen(viewer, {}),
    listen(counts, { ids: [root] }, bob),
    listen(notified, {}),
  ];
  // Streams without a cursor begin where they find the log: what comes first says that they have.
  await expect
    .poll(async () => {
      await bob.post('begin', { replyToId: root });
      return [inThread, toCounts, ofBob, toBeTold].every(({ events }) => events.length > 0);
    })
    .toBe(true);
  const answer = await bob.post('an answer', { replyToId: root });
  await expect
    .poll(() => inThread.events.at(-1)?.reply)
    .toEqual({ text: 'an answer', author: { handle: bob.handle } });
  await expect.poll(async () => toCounts.events.at(-1)?.post?.replyCount).toBe(await replyCountOf(root));
  await expect
    .poll(() => toBeTold.events.at(-1)?.notification)
    .toEqual({
      kind: 'REPLY',
      isUnread: true,
      actors: [{ handle: bob.handle }],
      post: { text: 'an answer' },
    });
  await expectSeen(alice);
  await alice.block(bob);
  await expect.poll(() => toViewer.events.at(-1)?.userId).toBe(bob.id);
  // What each had of the other on their screens is not there any more.
  const gone = ({ events }: typeof inThread) => events.flatMap(({ postId }) => postId ?? []);
  await expect.poll(() => gone(inThread)).toContain(answer);
  // Told twice where the first look at all that is shown comes upon it, too: to forget it again changes nothing.
  await expect.poll(() => [...new Set(gone(ofBob))]).toEqual([root]);
  expect(gone(toCounts)).toEqual([]);
  for (const { errors, hangUp } of [inThread, toCounts, toViewer, ofBob, toBeTold]) {
    expect(errors).toEqual([]);
    hangUp();
  }
});

/** What is unread is so until the marker has moved to the newest. */
async function expectSeen(member: Member): Promise<void> {
  const page =
    '{ viewer { unreadNotificationCount notifications(first: 1) { edges { cursor node { isUnread } } } } }';
  interface Answer {
    viewer: {
      unreadNotificationCount: number;
      notifications: { edges: { cursor: string; node: { isUnread: boolean } }[] };
    };
  }
  const { viewer: before } = await member.ask<Answer>(page);
  expect(before.unreadNotificationCount).toBeGreaterThan(1);
  const through = before.notifications.edges[0]?.cursor;
  const move = `mutation ($through: String!) { moveMarker(input: { name: NOTIFICATIONS, through: $through }) {
    marker { name version cursor } errors { message } } }`;
  const { moveMarker } = await member.ask<{ moveMarker: object }>(move, { through });
  expect(moveMarker).toEqual({ marker: { name: 'NOTIFICATIONS', version: 1, cursor: through }, errors: [] });
  const { viewer: after } = await member.ask<Answer>(page);
  expect(after.unreadNotificationCount).toBe(0);
  expect(after.notifications.edges[0]?.node.isUnread).toBe(false);
}

test('what is said under a hashtag comes to whoever watches it, but not in words that one mutes', async () => {
  const { alice, carol } = cast;
  await alice.ask('mutation { muteWord(input: { text: "egg" }) { errors { message } } }');
  const [ofAlice, ofCarol] = [listen(tagged, {}), listen(tagged, {}, carol)];
  await expect
    .poll(async () => {
      await carol.post('#flock begin');
      return [ofAlice, ofCarol].every(({ events }) => events.length > 0);
    })
    .toBe(true);
  for (const text of ['#flock of an egg', '#Flock end']) await carol.post(text);
  const told = ({ events }: typeof ofAlice) =>
    events.flatMap(({ post }) => post?.text ?? []).filter((text) => text !== '#flock begin');
  await expect.poll(() => told(ofCarol)).toEqual(['#flock of an egg', '#Flock end']);
  await expect.poll(() => told(ofAlice)).toEqual(['#Flock end']);
  expect(ofAlice.events.at(-1)?.post?.author).toEqual({ handle: carol.handle });
  for (const { errors, hangUp } of [ofAlice, ofCarol]) {
    expect(errors).toEqual([]);
    hangUp();
  }
});

test('a cursor that is forged, foreign, of another stream, of another copy or too old is one Reset, whatever it is of', async () => {
  const { alice, carol } = cast;
  const root = await alice.post('asked about');
  const answer = () => carol.post('an answer', { replyToId: root });
  const mute = (member: Member, other: Member) =>
    member.ask(
      `mutation ($id: ID!) { muteUser(input: { userId: $id }) { errors { message } }
        unmuteUser(input: { userId: $id }) { errors { message } } }`,
      { id: other.id },
    );
  const streams = {
    homeTimelineUpdates: {
      query: home,
      variables: {},
      type: 'PostAdded',
      cause: (member: Member) => member.post('own'),
    },
    threadUpdates: { query: thread, variables: { id: root }, type: 'ReplyAdded', cause: answer },
    postUpdates: { query: counts, variables: { ids: [root] }, type: 'CountsChanged', cause: answer },
    hashtagUpdates: {
      query: tagged,
      variables: {},
      type: 'PublicPostAdded',
      cause: (member: Member) => member.post('#flock'),
    },
    publicTimelineUpdates: {
      query: publicly,
      variables: {},
      type: 'PublicPostAdded',
      cause: (member: Member) => member.post('to all'),
    },
    viewerUpdates: {
      query: viewer,
      variables: {},
      type: 'RelationChanged',
      cause: (member: Member) => mute(member, member === alice ? carol : alice),
    },
  };
  type Stream = (typeof streams)[keyof typeof streams];

  /** A cursor of something that happened. */
  async function cursorOf({ cause, query, type, variables }: Stream, member: Member): Promise<string> {
    const { events, hangUp } = listen(query, variables, member);
    await expect
      .poll(async () => {
        await cause(member);
        return events.some(({ __typename }) => __typename === type);
      })
      .toBe(true);
    hangUp();
    return events.find(({ __typename }) => __typename === type)?.cursor ?? '';
  }

  const mine = await Promise.all(Object.values(streams).map((stream) => cursorOf(stream, alice)));
  const theirs = await Promise.all(Object.values(streams).map((stream) => cursorOf(stream, carol)));
  await forgetThePast();
  const { ofAnotherIncarnation, ofLongAgo } = createResealed(story.env.INTERNAL_KEYS ?? '');
  const told = Object.entries(streams).map(async ([name, stream], place) => {
    const [own = '', foreign = ''] = [mine[place], theirs[place]];
    const anothers = (mine[(place + 1) % mine.length] ?? '') as string;
    const cursors = {
      forged: `${own.slice(0, -6)}${own.at(-6) === 'A' ? 'B' : 'A'}${own.slice(-5)}`,
      foreign,
      'of another stream': anothers,
      'of another copy': ofAnotherIncarnation(own),
      'too old': ofLongAgo(own),
    };
    const answers: Record<string, unknown> = {};
    for (const [kind, after] of Object.entries(cursors)) {
      const { errors, events, hangUp } = listen(stream.query, { ...stream.variables, after });
      await expect.poll(() => events.length, { message: `${name}, ${kind}` }).toBeGreaterThan(0);
      await expect
        .poll(async () => {
          await stream.cause(alice);
          return events.at(-1)?.__typename;
        })
        .toBe(stream.type);
      hangUp();
      const resets = events.filter(({ __typename }) => __typename === 'Reset');
      answers[kind] = [events[0]?.reason, resets.length, errors.length];
    }
    return [name, answers];
  });
  const expected = (stranger: string) => ({
    forged: ['INVALID', 1, 0],
    foreign: ['NOT_YOURS', 1, 0],
    'of another stream': [stranger, 1, 0],
    'of another copy': ['REBUILT', 1, 0],
    'too old': ['TOO_OLD', 1, 0],
  });
  expect(Object.fromEntries(await Promise.all(told))).toEqual({
    homeTimelineUpdates: expected('INVALID'),
    threadUpdates: expected('NOT_YOURS'),
    postUpdates: expected('NOT_YOURS'),
    hashtagUpdates: expected('NOT_YOURS'),
    publicTimelineUpdates: expected('NOT_YOURS'),
    viewerUpdates: expected('INVALID'),
  });
});

/** As retention does once all that is there now is a day old. */
async function forgetThePast(): Promise<void> {
  const { post, timeline, user } = story.databaseUrls;
  const forget = async (url: string, sql: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  const drop = `UPDATE feed_identity SET (dropped_xid, dropped_id) =
    (SELECT xid, id FROM outbox ORDER BY xid DESC, id DESC LIMIT 1)`;
  await Promise.all([
    forget(user, drop),
    forget(post, drop),
    forget(timeline, 'DELETE FROM timeline_event WHERE seq < (SELECT max(seq) FROM timeline_event)'),
  ]);
}
