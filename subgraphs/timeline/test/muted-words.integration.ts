import { encodeId } from '@murmuration/ids';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createSilenced } from '../src/words/silenced.ts';
import { wordLimits } from '../src/words/words.ts';
import { type NewsTown, openNewsTown } from './support/news-town.ts';
import type { Town } from './support/town.ts';

let town: NewsTown['town'];
let live: NewsTown['live'];
let news: NewsTown['news'];
let newest: NewsTown['newest'];
let take: NewsTown['take'];

beforeAll(async () => {
  ({ live, news, newest, take, town } = await openNewsTown(40));
});
afterAll(() => live.close());

const always = { scope: 'everywhere', until: null } as const;

async function say(author: bigint, text: string, of: Parameters<Town['post']>[1] = {}): Promise<bigint> {
  await news.tell(town.post(author, of, text));
  return newest();
}

test('a muted word keeps posts and reposts out of home, from a list and from the tables, until it is taken back', async () => {
  const [anna, ben, cleo] = take(3);
  await live.tell(town.follow(anna, ben));
  const spoiler = await say(ben, 'The SPOILER is here');
  const tagged = await say(ben, 'all about #Spoiler');
  const kept = await say(ben, 'spoilers are others');
  await say(cleo, 'a spoiler of a stranger');
  await live.tell(town.repost(ben, newest()));
  const own = await say(anna, 'my own spoiler');
  await live.fanOut();
  const repost = town.truth().reposts.at(-1)?.id;
  const all = [own, repost, kept, tagged, spoiler];
  const home = () => live.read(anna, 10);
  expect(await home()).toEqual(all);
  expect(await home(), 'from the list').toEqual(all);
  const { words } = live.services;
  await words.mute(anna, { text: 'Spoiler', ...always });
  expect(await home()).toEqual([own, kept]);
  await live.cache.forget([anna]);
  expect(await home(), 'from the tables').toEqual([own, kept]);
  await words.unmute(anna, 'SPOILER');
  await words.mute(anna, { text: '#spoiler', ...always });
  expect(await home()).toEqual(all.filter((id) => id !== tagged));
  await words.unmute(anna, '#spoiler');
  await words.mute(anna, { text: 'here the', ...always });
  expect(await home(), 'all words of a phrase').toEqual(all.filter((id) => id !== spoiler));
});

test('a mute has a scope and an end', async () => {
  const [anna, ben] = take(2);
  await live.tell(town.follow(anna, ben));
  const post = await say(ben, 'egg', { replyToAuthorId: anna });
  const { words } = live.services;
  const home = () => live.read(anna, 10);
  const told = async () => (await news.told(anna)).length;
  await words.mute(anna, { text: 'egg', scope: 'home', until: null });
  expect([await home(), await told(), await news.unread(anna)]).toEqual([[], 1, 1]);
  await words.mute(anna, { text: 'egg', scope: 'notifications', until: null });
  expect([await home(), await told(), await news.unread(anna)]).toEqual([[post], 0, 0]);
  const until = new Date(Date.now() + 3_600_000).toISOString();
  await words.mute(anna, { text: 'egg', scope: 'everywhere', until });
  expect(await words.muted(anna)).toMatchObject([{ text: 'egg', until: new Date(until) }]);
  expect([await home(), await told()]).toEqual([[], 0]);
  await live.pool.query(`UPDATE muted_word SET until = now() - interval '1 second' WHERE viewer_id = $1`, [
    anna,
  ]);
  expect([await home(), await told(), await words.muted(anna)]).toEqual([[post], 1, []]);
});

test('live: neither what is muted nor whose reposts are hidden; nobody else misses it', async () => {
  const [anna, ben, cleo, dora] = take(4);
  await live.tell([...town.follow(anna, ben), ...town.follow(dora, ben)]);
  const { words } = live.services;
  await words.mute(anna, { text: 'egg', ...always });
  await words.hideReposts(anna, encodeId('User', ben), true);
  const [a, d] = [live.listen(anna), live.listen(dora)];
  const loud = await say(ben, 'egg!');
  await say(cleo, 'something else');
  await live.tell(town.repost(ben, newest()));
  const repost = BigInt(town.truth().reposts.at(-1)?.id ?? 0n);
  const end = await say(ben, 'the end');
  await expect.poll(d.added).toEqual([loud, repost, end]);
  await expect.poll(a.added).toEqual([end]);
  const [from] = [a.events[0]?.cursor ?? null];
  await say(ben, 'egg again');
  const missed = await say(ben, 'no more');
  await Promise.all([a.hangUp(), d.hangUp()]);
  const again = live.listen(anna, from);
  await expect.poll(again.added).toEqual([missed]);
  await again.hangUp();
});

test('what a poll lets people choose from counts as its text does: in home, live, and in notifications', async () => {
  const [anna, ben, dora] = take(3);
  await live.tell([...town.follow(anna, ben), ...town.follow(dora, ben)]);
  const ask = async (text: string, ...options: string[]) => {
    await news.tell(town.post(ben, { mentionedIds: [anna] }, text, options));
    return newest();
  };
  const { words } = live.services;
  const [a, d] = [live.listen(anna), live.listen(dora)];
  const before = await ask('which of them?', 'an egg', 'none');
  await expect.poll(a.added).toEqual([before]);
  await words.mute(anna, { text: 'Egg', ...always });
  await words.mute(anna, { text: 'red wine', ...always });
  const one = await ask('now?', 'no', 'EGG!');
  const both = await ask('more?', 'red', 'or wine');
  const kept = await ask('or this?', 'eggs', 'red');
  const all = [kept, both, one, before];
  await expect.poll(d.added).toEqual(all.toReversed());
  await expect.poll(a.added).toEqual([before, kept]);
  expect([await live.read(anna, 10), await live.read(dora, 10)]).toEqual([[kept], all]);
  expect(await news.told(anna)).toEqual([`mention: ${ben} → ${kept}`]);
  await Promise.all([a.hangUp(), d.hangUp()]);
});

test('a muted conversation is told of no more, by whichever of its posts it is muted and let in again', async () => {
  const [anna, ben, cleo, dora] = take(4);
  await live.tell(town.follow(anna, ben));
  const root = await say(anna, 'what do you think?');
  const answer = await say(ben, 'this', { replyToAuthorId: anna, rootId: root });
  await news.tell(town.like(cleo, root));
  const other = await say(ben, 'and @anna', { mentionedIds: [anna] });
  await news.tell(town.quote(cleo, root));
  const quote = newest();
  const said = [`quote: ${cleo} → ${quote}`, `mention: ${ben} → ${other}`];
  const all = [...said, `like: ${cleo} → ${root}`, `reply: ${ben} → ${answer}`];
  expect(await news.told(anna)).toEqual(all);
  const { threads } = live.services;
  const mute = (scope: 'home' | 'notifications' | 'everywhere', until: string | null = null) =>
    threads.mute(anna, { post: encodeId('Post', answer), scope, until });
  expect(await mute('notifications')).toEqual({
    postId: answer,
    authorId: ben,
    scope: 'notifications',
    until: null,
  });
  expect([await news.told(anna), await news.unread(anna)]).toEqual([said, 2]);
  expect(await live.read(anna, 10)).toContain(answer);
  const stream = news.listen(anna);
  await vi.waitUntil(async () => (await news.unread(anna)) === 2);
  // Before the projection has it: what was said says itself of which conversation it is.
  await news.apply(town.post(dora, { replyToAuthorId: anna, rootId: root }, 'late'));
  await news.tell(town.follow(dora, anna));
  await expect.poll(stream.told, { timeout: 15_000 }).toEqual([`follow: ${dora}`]);
  await stream.hangUp();

  await mute('everywhere');
  expect(await live.read(anna, 10)).toEqual([other, root]);
  const [a, d] = [live.listen(anna), live.listen(dora)];
  await live.tell(town.follow(dora, ben));
  await say(ben, 'more of it', { rootId: root });
  const end = await say(ben, 'the end');
  await expect.poll(a.added).toEqual([end]);
  await Promise.all([a.hangUp(), d.hangUp()]);

  const until = new Date(Date.now() + 3_600_000).toISOString();
  await mute('everywhere', until);
  expect(await threads.muted(anna)).toEqual([
    { postId: answer, authorId: ben, scope: 'everywhere', until: new Date(until) },
  ]);
  const isOver = `UPDATE muted_thread SET until = now() - interval '1 second' WHERE viewer_id = $1`;
  await live.pool.query(isOver, [anna]);
  expect([await threads.muted(anna), (await news.told(anna)).includes(all[3] ?? '')]).toEqual([[], true]);
  await mute('everywhere');
  await threads.unmute(anna, encodeId('Post', root));
  expect([await threads.muted(anna), (await news.told(anna)).includes(all[3] ?? '')]).toEqual([[], true]);
});

test('of many posts at once one statement says who does not want to meet them; of a text, who does nowhere', async () => {
  const [anna, ben, cleo] = take(3);
  const { words } = live.services;
  await words.mute(anna, { text: 'egg', ...always });
  await words.mute(ben, { text: 'egg', scope: 'home', until: null });
  await words.hideReposts(ben, encodeId('User', cleo), true);
  const [egg, ham] = [await say(cleo, 'egg!'), await say(cleo, 'ham')];
  const asked: unknown[] = [];
  const silenced = createSilenced({
    query: (statement) => {
      asked.push(statement);
      return live.reads.query(statement);
    },
  });
  const everybody = [anna, ben, cleo];
  const found = await Promise.all([
    silenced(everybody, { postId: egg, reposterId: null }),
    silenced(everybody, { postId: ham, reposterId: cleo }),
    silenced([cleo], { postId: egg, reposterId: cleo }),
    silenced([], { postId: egg, reposterId: null }),
  ]);
  expect(found).toEqual([new Set([anna, ben]), new Set([ben]), new Set(), new Set()]);
  expect(asked).toHaveLength(1);
  const { threads } = live.services;
  await threads.mute(cleo, { post: encodeId('Post', ham), scope: 'everywhere', until: null });
  await threads.mute(ben, { post: encodeId('Post', ham), scope: 'home', until: null });
  const mutedIn = async (text: string, rootId: bigint | null) =>
    (await words.mutedIn({ text, rootId }, everybody)).toSorted();
  expect(await mutedIn('An EGG.', null)).toEqual([anna]);
  expect(await mutedIn('An EGG.', ham)).toEqual([anna, cleo]);
  expect(await mutedIn('Nothing', egg)).toEqual([]);
});

test('who hides the reposts of the first sees the second one, in a list that was there before', async () => {
  const [anna, ben, cleo, dora] = take(4);
  await live.tell([...town.follow(anna, ben), ...town.follow(anna, cleo)]);
  const post = await say(dora, 'news');
  await live.tell(town.repost(ben, post));
  await live.tell(town.repost(cleo, post));
  const [first = 0n, second = 0n] = town
    .truth()
    .reposts.slice(-2)
    .map(({ id }) => BigInt(id));
  await live.fanOut();
  const home = () => live.read(anna, 10);
  expect([await home(), await home()]).toEqual([[first], [first]]);
  const { words } = live.services;
  await words.hideReposts(anna, encodeId('User', ben), true);
  expect(await words.hiddenReposters(anna)).toEqual([ben]);
  expect([await home(), await home()]).toEqual([[second], [second]]);
  await words.hideReposts(anna, encodeId('User', ben), false);
  expect([await home(), await home()]).toEqual([[first], [first]]);
});

test('what cannot be muted has a name and changes nothing', async () => {
  const [anna] = take(1);
  const { words } = live.services;
  await expect(words.mute(anna, { text: '?!', ...always })).rejects.toThrow('Give a word');
  const past = { scope: 'home', until: '2020-01-01T00:00:00Z' } as const;
  await expect(words.mute(anna, { text: 'egg', ...past })).rejects.toThrow('still to come');
  await expect(words.mute(anna, { text: 'egg', scope: 'home', until: 'soon' })).rejects.toThrow(
    'still to come',
  );
  await expect(words.hideReposts(anna, 'pst_00000000001', true)).rejects.toThrow('not the id of a person');
  expect([await words.muted(anna), await words.hiddenReposters(anna)]).toEqual([[], []]);
  const { threads } = live.services;
  const [ben] = take(1);
  const secret = await say(ben, 'for nobody', { visibility: 'mentioned' });
  const muteThread = (post: string) => threads.mute(anna, { post, scope: 'home', until: null });
  await expect(muteThread(encodeId('User', ben))).rejects.toThrow('not the id of a post');
  await expect(muteThread(encodeId('Post', secret)), 'as if it were not there').rejects.toThrow(
    'no such post',
  );
  await expect(muteThread(encodeId('Post', 1n))).rejects.toThrow('no such post');
  await threads.unmute(anna, encodeId('Post', secret));
  expect(await threads.muted(anna)).toEqual([]);
  await live.pool.query(
    `INSERT INTO muted_word (viewer_id, phrase, text, scope)
     SELECT $1, 'w' || n, 'w' || n, 'home' FROM generate_series(1, $2) n`,
    [anna, wordLimits.perPerson],
  );
  await expect(words.mute(anna, { text: 'one more', ...always })).rejects.toThrow('take one back');
  await words.mute(anna, { text: 'w7', ...always });
  expect(await words.muted(anna)).toHaveLength(wordLimits.perPerson);
});
