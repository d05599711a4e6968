import { setTimeout as sleep } from 'node:timers/promises';
import { parseInternalKeys } from '@murmuration/config';
import { envelopeHeader, signEnvelope } from '@murmuration/service-kit';
import { castPassword, createGraphClient, type Member, signUpCast, untilLetIn } from '@murmuration/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLoad } from '../support/load.ts';
import { type Replicated, settleMs, startReplicated } from '../support/replicated.ts';
import { type KeySettings, planRotation } from './keys.ts';

const consumers = ['post', 'timeline', 'timeline-worker', 'gateway', 'user-worker'];
/** Those that requests go to: of these some have the new keys while others have not. */
const doubled = ['user', 'post', 'timeline', 'gateway'];

let stack: Replicated;
let members: Member[];
/** Refusals of processes that have ended since, by process. */
const refusals: string[] = [];

beforeAll(async () => {
  stack = await startReplicated(doubled);
  members = Object.values(await signUpCast(stack.graphUrl, ['alice', 'bob']));
});
afterAll(() => stack?.stop());

test('keys are replaced while everybody goes on: no valid token, session or envelope is refused', async () => {
  const old = oldKeys();
  const { steps, newSigningKeyId } = planRotation(old);
  const load = startLoad(members, 150);
  const [append, sign, forget] = steps;
  const [abandoned, ...kept] = await Promise.all(
    [...members, ...members].map(async (m) => (await logIn(m)).refreshToken),
  );
  let sessions = kept;
  await giveKeys(append?.settings);
  sessions = await Promise.all(sessions.map(successorOf));
  await giveKeys(sign?.settings);
  sessions = await Promise.all(sessions.map(successorOf));
  await load.stop();
  expect(load.failures).toEqual([]);
  await addressesFollowed();

  // A token's life later everybody has one of the new key.
  const renewed = await Promise.all(members.map(logIn));
  for (const { accessToken } of renewed) expect(keyIdOf(accessToken)).toBe(newSigningKeyId);
  const later = startLoad(renewed, 150);
  // Issuers first: a gateway keeps a key that it read from one who still had it for up to five minutes.
  await giveKeys(forget?.settings, [['user'], consumers]);
  await Promise.all(sessions.map(successorOf));
  await expect(successorOf(abandoned ?? '')).rejects.toThrow('This is not a refresh token.');
  await later.stop();
  expect(later.failures).toEqual([]);
  for (const name of stack.processes.keys()) await noteRefusals(name);
  expect(refusals).toEqual([]);
  const reasons = Object.fromEntries([...load.reasons, ...later.reasons]);
  console.log(
    `rotated all keys over ${stack.processes.size * steps.length} restarts under ${load.operations + later.operations} ` +
      `operations: ${load.retries + later.retries} sent again ${JSON.stringify(reasons)}, none failed`,
  );

  // Who is sealed and found by the new keys is found by their address.
  for (const member of members) await logIn({ ...member, handle: `${member.handle}@example.org` });

  // The old ones are worth nothing any more.
  const { errors } = await createGraphClient(stack.graphUrl, members[0]?.accessToken).send(
    '{ viewer { id } }',
  );
  expect(errors[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  expect(await signedBy(old.INTERNAL_KEYS)).toBe(401);
  expect(await signedBy(forget?.settings.INTERNAL_KEYS ?? '')).toBe(200);
});

function oldKeys(): KeySettings {
  const { INTERNAL_KEYS = '', JWT_SIGNING_KEYS = '', REFRESH_TOKEN_SECRET = '' } = stack.env;
  const { DATA_KEYS = '', EMAIL_INDEX_KEYS = '' } = stack.env;
  return { INTERNAL_KEYS, JWT_SIGNING_KEYS, REFRESH_TOKEN_SECRET, DATA_KEYS, EMAIL_INDEX_KEYS };
}

/** Restarts everything with new lists, one process of every part at a time: old and new run side by side. */
async function giveKeys(
  settings: KeySettings | undefined,
  waves: readonly (readonly string[])[] = [['user', ...consumers]],
): Promise<void> {
  if (!settings) throw new Error('a step of the rotation is missing');
  const { DATA_KEYS, EMAIL_INDEX_KEYS, INTERNAL_KEYS, JWT_SIGNING_KEYS, REFRESH_TOKEN_SECRET } = settings;
  const sealing = { DATA_KEYS, EMAIL_INDEX_KEYS };
  const ownOf: Record<string, Record<string, string>> = {
    user: { JWT_SIGNING_KEYS, REFRESH_TOKEN_SECRET, ...sealing },
    'user-worker': sealing,
  };
  for (const [parts, tail] of waves.flatMap((wave) => [[wave, ''] as const, [wave, '-2'] as const])) {
    const there = parts.filter((part) => stack.processes.has(`${part}${tail}`));
    await Promise.all(
      there.map(async (part) => {
        const name = `${part}${tail}`;
        await noteRefusals(name);
        stack.processes.get(name)?.configure({ INTERNAL_KEYS, ...ownOf[part] });
        await stack.restart(name);
      }),
    );
    await sleep(settleMs);
  }
}

/** Waits until no address needs the old keys any more: `user` seals them anew when it starts. */
async function addressesFollowed(): Promise<void> {
  const client = new pg.Client({ connectionString: stack.databaseUrls.user });
  await client.connect();
  try {
    const left = `SELECT FROM account WHERE email_keys IS DISTINCT FROM 'next/next'
      UNION ALL SELECT FROM mail WHERE email_keys IS DISTINCT FROM 'next/next'`;
    while ((await client.query(left)).rowCount) await sleep(200);
  } finally {
    await client.end();
  }
}

/** Remembers what a process counted before it ends. */
async function noteRefusals(name: string): Promise<void> {
  const text = await (await fetch(stack.processes.get(name)?.metricsUrl ?? '')).text();
  const counted = text.split('\n').filter((line) => /^envelope_refusals_total\{.*\} [1-9]/.test(line));
  refusals.push(...counted.map((line) => `${name}: ${line}`));
}

interface Session {
  accessToken: string;
  refreshToken: string;
  errors: { code?: string; message: string }[];
}

/** Processes have just been replaced. Both mutations may be sent again: a second session, or the same successor. */
const sendAgain = { times: 20, everyMs: 500 } as const;

async function askPatiently<Data>(query: string, variables: object): Promise<Data> {
  for (let times = 1; ; times++) {
    const { data, errors } = await createGraphClient(stack.graphUrl).send<Data>(query, variables);
    if (errors.length === 0 && data) return data;
    const isAway = errors.every(({ extensions }) => extensions?.code === 'DOWNSTREAM_ERROR');
    if (!isAway || times >= sendAgain.times) throw new Error(JSON.stringify(errors));
    await sleep(sendAgain.everyMs);
  }
}

async function logIn(member: Member): Promise<Member & { refreshToken: string }> {
  const session = await untilLetIn(async () => {
    const answer = await askPatiently<{ logIn: Session }>(
      'mutation ($input: LogInInput!) { logIn(input: $input) { accessToken refreshToken errors { code message } } }',
      { input: { handleOrEmail: member.handle, password: castPassword } },
    );
    return answer.logIn;
  });
  const { accessToken, refreshToken } = session;
  return { ...member, ...createGraphClient(stack.graphUrl, accessToken), accessToken, refreshToken };
}

async function successorOf(refreshToken: string): Promise<string> {
  const { refreshSession: session } = await askPatiently<{ refreshSession: Session }>(
    'mutation ($t: String!) { refreshSession(input: { refreshToken: $t }) { refreshToken errors { message } } }',
    { t: refreshToken },
  );
  if (session.errors.length > 0) throw new Error(session.errors.map(({ message }) => message).join());
  return session.refreshToken;
}

function keyIdOf(token: string): string {
  const [header = ''] = token.split('.');
  return (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid;
}

/** The status that `user` gives a request under an envelope of these keys. */
async function signedBy(keys: string): Promise<number> {
  const body = JSON.stringify({ query: '{ __typename }' });
  const identity = { kind: 'service', name: 'gateway' } as const;
  const fields = { audience: 'user', method: 'POST', path: '/graphql', requestId: 'e2e', identity };
  const envelope = signEnvelope(parseInternalKeys(keys)[0], fields, body);
  const headers = { 'content-type': 'application/json', [envelopeHeader]: envelope };
  return (await fetch(`${stack.processes.get('user')?.url}/graphql`, { method: 'POST', headers, body }))
    .status;
}
