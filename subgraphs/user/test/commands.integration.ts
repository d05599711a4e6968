import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRedisProcess, type RedisProcess, runCommand } from '@murmuration/testing';
import { type Actor, createCast, password } from './support/cast.ts';
import { createPlatform, type Platform, userIdOf } from './support/platform.ts';

const cli = new URL('../src/cli.ts', import.meta.url);
let redis: RedisProcess;
let platform: Platform;
let alice: Actor;

beforeAll(async () => {
  redis = await createRedisProcess();
  platform = await createPlatform({ redisUrl: redis.url });
  ({ alice } = await createCast(platform));
});
afterAll(async () => {
  await platform.close();
  await redis.close();
});

/** The command, which knows no key of the service. */
async function command(...args: string[]): Promise<{ code: number; said: string; logged: string }> {
  const settings = { USER_DATABASE_URL: platform.databaseUrl, REDIS_URL: redis.url };
  const { code, err, out } = await runCommand(cli, args, settings);
  return { code, said: err, logged: out };
}

const exists = async () => (await platform.run('{ user(handle: "alice") { id } }')).data?.['user'] !== null;

it('suspends, may be repeated, and takes it back', async () => {
  const first = await command('suspend', '@Alice');
  expect(first).toMatchObject({ code: 0, said: '@Alice is suspended.\n' });
  expect(first.logged).toContain('"event":"suspension"');
  expect(await exists()).toBe(false);
  expect(await platform.services.sessions.listRevoked()).toContain(alice.refreshToken.split('.')[0]);
  expect(await command('suspend', alice.id)).toMatchObject({
    code: 0,
    said: `${alice.id} is suspended, as before.\n`,
  });
  expect(await command('suspend', 'alice', '--lift')).toMatchObject({
    code: 0,
    said: 'alice is not suspended.\n',
  });
  expect(await exists()).toBe(true);
});

it('takes the second factor from whoever lost it: sessions end, the address is told, and it is audited', async () => {
  const { database } = platform;
  const id = userIdOf(alice.id);
  const asked = () => command('reset-second-factor', '@alice');
  expect(await asked()).toMatchObject({ code: 0, said: '@alice is without a second factor, as before.\n' });
  const { data } = await platform.run(
    `mutation { logIn(input: { handleOrEmail: "alice", password: "${password}" }) { refreshToken } }`,
  );
  const { refreshToken } = (data as { logIn: { refreshToken: string } }).logIn;
  await database.$executeRaw`
    INSERT INTO second_factor (account_id, secret, key_id, confirmed_at) VALUES (${id}, '', 'd1', now())`;
  await database.$executeRaw`INSERT INTO recovery_code (account_id, code_hash) VALUES (${id}, '')`;
  await database.$executeRaw`INSERT INTO passkey (account_id, credential_id, public_key, sign_count, transports, is_synced)
    VALUES (${id}, '', '', 0, '{}', false)`;
  const done = await asked();
  expect(done).toMatchObject({ code: 0, said: '@alice is without a second factor.\n' });
  expect(done.logged).toMatch(
    new RegExp(`"event":"second-factor-reset","outcome":"ok","account":"${alice.id}"`),
  );
  const left = [database.secondFactor.count(), database.recoveryCode.count(), database.passkey.count()];
  expect(await Promise.all(left)).toEqual([0, 0, 0]);
  expect(await platform.services.sessions.listRevoked()).toContain(refreshToken.split('.')[0]);
  expect(await database.mail.count({ where: { accountId: id, kind: 'second-factor-reset' } })).toBe(1);
  expect(await asked()).toMatchObject({ code: 0, said: '@alice is without a second factor, as before.\n' });
  expect(await database.mail.count({ where: { accountId: id, kind: 'second-factor-reset' } })).toBe(1);
});

it('says what it cannot do, and does nothing then', async () => {
  expect(await command('suspend', 'nobody_here')).toMatchObject({
    code: 1,
    said: 'There is no account nobody_here.\n',
  });
  for (const args of [
    [],
    ['suspend'],
    ['delete', 'alice'],
    ['suspend', 'alice', 'bob'],
    ['suspend', 'alice', '--hard'],
    ['reset-second-factor'],
    ['reset-second-factor', 'alice', 'bob'],
    ['reset-second-factor', 'alice', '--lift'],
  ]) {
    expect((await command(...args)).code).toBe(3);
  }
  expect(await exists()).toBe(true);
});
