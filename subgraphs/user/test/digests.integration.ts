import type { InternalRequest } from '@murmuration/service-kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mailDueDigests } from '../src/digests/repository.ts';
import { createUnsubscribeTokens } from '../src/digests/tokens.ts';
import { type Actor, createCast } from './support/cast.ts';
import { createPlatform, keys, type Platform, userIdOf } from './support/platform.ts';
import { openPostOffice, type PostOffice } from './support/post-office.ts';

let platform: Platform;
let office: PostOffice;
let alice: Actor;
let bob: Actor;
let carol: Actor;
const asked: InternalRequest[] = [];
/** What `timeline` says that was not seen. */
let told: { kind: string; count: number; actorIds: string[] }[] = [];

beforeAll(async () => {
  platform = await createPlatform();
  office = await openPostOffice(platform, {
    timeline: {
      async call<Answer>(request: InternalRequest) {
        asked.push(request);
        return { told } as Answer;
      },
    },
  });
  ({ alice, bob, carol } = await createCast(platform));
  for (const { id } of [alice, bob]) await verify(id);
});
afterAll(async () => {
  await office.close();
  await platform.close();
});

const subject = /while you were away/;
const verify = (id: string) =>
  platform.database.$executeRaw`UPDATE account SET email_verified_at = now() WHERE id = ${userIdOf(id)}`;

async function setEvery(who: Actor, every: string) {
  const { data } = await who.run(
    `mutation ($every: MailDigest!) { updateMailDigest(input: { every: $every }) { mailDigest errors { code } } }`,
    { every },
  );
  return data?.['updateMailDigest'];
}
const everyOf = async (who: Actor) => (await who.run('{ viewer { mailDigest } }')).data?.['viewer'];

/** Lets so much time pass for everybody who waits, and makes the mails that are due. */
async function after(interval: string): Promise<number> {
  await platform.database.$executeRawUnsafe(
    `UPDATE mail_digest SET due_at = due_at - interval '${interval}'`,
  );
  const due = await mailDueDigests(platform.database);
  await office.settled();
  return due;
}
const mailsTo = (address: string) =>
  office.catcher.mails().filter((mail) => mail.to.includes(address) && subject.test(mail.subject));

test('nobody gets one who did not ask, or whose address nobody verified; then one a period, with the way out of it', async () => {
  expect(await everyOf(alice)).toEqual({ mailDigest: 'OFF' });
  expect(await setEvery(alice, 'DAILY')).toEqual({ mailDigest: 'DAILY', errors: [] });
  await setEvery(carol, 'DAILY');
  await setEvery(bob, 'WEEKLY');
  told = [
    { kind: 'like', count: 13, actorIds: [String(userIdOf(bob.id)), '77'] },
    { kind: 'follow', count: 1, actorIds: [String(userIdOf(carol.id))] },
  ];
  expect(await mailDueDigests(platform.database), 'not before its time').toBe(0);
  expect(await after('1 day'), 'of the others one was not verified').toBe(2);
  expect(await mailDueDigests(platform.database)).toBe(0);
  const [mail, ...more] = mailsTo('alice@example.org');
  expect(more).toEqual([]);
  expect(mail?.text).toContain('- @bob and 12 others liked what you said\n- @carol followed you\n');
  expect(asked).toHaveLength(1);
  expect(asked[0]?.body).toMatchObject({ viewerId: String(userIdOf(alice.id)) });
  expect(mail?.headers['list-unsubscribe-post']).toBe('List-Unsubscribe=One-Click');
  const token = createUnsubscribeTokens([keys[0]]).make(userIdOf(alice.id));
  const url = `https://api.example.org/mail/unsubscribe?token=${token}`;
  expect(mail?.headers['list-unsubscribe']).toBe(`<${url}>`);
  expect(mail?.text).toContain(`https://app.example.org/stop-digests#token=${token}`);
  // However long nobody looked, one mail makes up for it.
  await after('30 days');
  expect([mailsTo('alice@example.org').length, mailsTo('bob@example.org').length]).toEqual([2, 1]);
  expect([mailsTo('carol@example.org'), await mailDueDigests(platform.database)]).toEqual([[], 0]);
});

test('of nothing there is no mail, nor for somebody who stopped it meanwhile', async () => {
  const before = mailsTo('alice@example.org').length;
  told = [];
  await after('1 day');
  expect(mailsTo('alice@example.org')).toHaveLength(before);
  told = [{ kind: 'like', count: 1, actorIds: [] }];
  const stop = (token: string) =>
    platform.run(
      `mutation { stopMailDigest(input: { token: "${token}" }) { isStopped errors { code path } } }`,
    );
  const token = createUnsubscribeTokens([keys[0]]).make(userIdOf(alice.id));
  for (const wrong of ['', `${token}x`, token.replace(alice.id, bob.id)])
    expect((await stop(wrong)).data?.['stopMailDigest']).toEqual({
      isStopped: null,
      errors: [{ code: 'LINK_INVALID', path: ['token'] }],
    });
  expect(await everyOf(alice)).toEqual({ mailDigest: 'DAILY' });
  for (let times = 0; times < 2; times++)
    expect((await stop(token)).data?.['stopMailDigest']).toEqual({ isStopped: true, errors: [] });
  expect(await everyOf(alice)).toEqual({ mailDigest: 'OFF' });
  await after('8 days');
  expect(mailsTo('alice@example.org')).toHaveLength(before);
  expect(await setEvery(bob, 'OFF')).toEqual({ mailDigest: 'OFF', errors: [] });
});
