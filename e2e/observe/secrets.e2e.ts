import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createGraphClient, type GraphClient, untilLetIn } from '@murmuration/testing';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stack, startStack, subgraphNames } from '@murmuration/dev';

/** Unmistakable wherever they turn up. */
const email = 'dora.unmistakable@mail.example.org';
const otherEmail = 'not-an-address-but-hers@';
const password = 'an unmistakable pass phrase 7319';
const wrongPassword = 'a wrong unmistakable guess 4482';
const inlinePassword = 'written into the document 9951';

const sessionFields = '{ accessToken refreshToken errors { code message } }';
const signUp = `mutation SignUp($input: SignUpInput!) { signUp(input: $input) ${sessionFields} }`;
const logIn = `mutation LogIn($input: LogInInput!) { logIn(input: $input) ${sessionFields} }`;
const refresh = `mutation Refresh($input: RefreshSessionInput!) { refreshSession(input: $input) ${sessionFields} }`;

interface Payload {
  accessToken: string | null;
  refreshToken: string | null;
  errors: { code: string }[];
}

let stack: Stack;
const tokens: string[] = [];

beforeAll(async () => {
  stack = await startStack({ env: { LOG_LEVEL: 'debug' } });
});
afterAll(() => stack?.stop());

const graphUrl = () => `${stack.url}/graphql`;

/** Signs in, up or on, and remembers the tokens of it. */
async function open(client: GraphClient, mutation: string, input: object): Promise<string> {
  const { accessToken, refreshToken } = await untilLetIn(async () => {
    const [payload] = Object.values(await client.ask<Record<string, Payload>>(mutation, { input }));
    if (!payload) throw new Error('there is no payload');
    return payload;
  });
  for (const token of [accessToken, refreshToken]) if (token) tokens.push(token);
  return refreshToken ?? '';
}

async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<number> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  await answer.text();
  return answer.status;
}

/** Everything that any process of the stack wrote, its stores among them, by file. */
function logs(): Map<string, string> {
  const folders = [stack.stateFolder, path.join(stack.stateFolder, 'logs')];
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.includes('.log'))
      .map((entry) => path.join(folder, entry.name)),
  );
  return new Map(files.map((file) => [path.basename(file), readFileSync(file, 'utf8')]));
}

async function liveUntilClosed(payload: object): Promise<void> {
  const socket = new WebSocket(graphUrl().replace('http', 'ws'), 'graphql-transport-ws');
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', payload }));
  await new Promise((resolve) => {
    socket.once('message', resolve);
    socket.once('close', resolve);
  });
  socket.close();
}

test('people do everything that has a secret in it, well and badly', async () => {
  const client = createGraphClient(graphUrl());
  const account = { handle: 'dora', email, password, displayName: 'Dora' };
  const first = await open(client, signUp, account);
  await open(client, logIn, { handleOrEmail: email, password });
  await client.send(logIn, { input: { handleOrEmail: email, password: wrongPassword } });
  await client.send(signUp, { input: { ...account, handle: 'dora_again' } });
  await client.send(signUp, { input: { ...account, email: otherEmail, handle: '!' } });
  await client.send(signUp, { input: { ...account, password: { nested: wrongPassword } } });
  const second = await open(client, refresh, { refreshToken: first });
  await client.send(refresh, { input: { refreshToken: `${second}broken` } });
  await client.send(
    `mutation { logIn(input: { handleOrEmail: "${email}", password: "${inlinePassword}" }) { nothing } }`,
  );
  await client.send(
    `mutation { logIn(input: { handleOrEmail: "${email}", password: "${inlinePassword}" }) { errors { message } } }`,
  );
  const [accessToken = ''] = tokens;
  await client.as(accessToken).ask('query Me { viewer { user { handle } } }');
  await client.as(`${accessToken}x`).send('query Me { viewer { user { handle } } }');
  await liveUntilClosed({ authorization: `Bearer ${accessToken}` });
  await liveUntilClosed({ authorization: `Bearer ${accessToken}x` });
});

test('malformed bodies with secrets in them are refused', async () => {
  const [accessToken = ''] = tokens;
  const authorization = { authorization: `Bearer ${accessToken}`, cookie: `session=${accessToken}` };
  const broken = [
    `{"query": "${password} ${email}`,
    `[${JSON.stringify(password)}]`,
    '"',
    `${email} ${password}`,
  ];
  for (const body of broken) expect(await post(graphUrl(), body, authorization)).toBeGreaterThan(399);
  const query = `?query={viewer{id}}&token=${accessToken}&email=${email}`;
  await fetch(`${graphUrl()}${query}`, { headers: authorization });
  for (const name of subgraphNames) {
    const { url = '' } = stack.processes.get(name) ?? {};
    expect(await post(`${url}/graphql`, broken[0] ?? '', authorization)).toBe(401);
    await fetch(`${url}/nowhere${query}`, { headers: authorization });
  }
});

test('with the database gone, mutations that carry secrets fail and processes are killed', async () => {
  const client = createGraphClient(graphUrl());
  await stack.postgres?.kill();
  const account = { handle: 'eve', email, password, displayName: 'Eve' };
  const failed = await client.send(signUp, { input: account });
  expect(failed.errors.length).toBeGreaterThan(0);
  await client.send(logIn, { input: { handleOrEmail: email, password } });
  await stack.postgres?.start();
  await stack.kill('user');
  await client.send(refresh, { input: { refreshToken: tokens.at(-1) } });
  await stack.start('user');
});

test('no log of any process holds a token, a password, an e-mail address or a secret of the stack', () => {
  const written = logs();
  expect([...written.keys()]).toEqual(
    expect.arrayContaining([
      'user.log',
      'post.log',
      'timeline.log',
      'timeline-worker.log',
      'user-worker.log',
      'gateway.log',
    ]),
  );
  // The search must find what was logged, and something of the failures above must have been.
  expect(written.get('user.log')).toMatch(/"level":(40|50)/);
  expect(written.get('gateway.log')).toMatch(/"level":40/);

  const { INTERNAL_KEYS = '', JWT_SIGNING_KEYS = '', REFRESH_TOKEN_SECRET = '' } = stack.env;
  const [signingKey] = JSON.parse(JWT_SIGNING_KEYS) as { d: string }[];
  const secrets = [
    email,
    otherEmail,
    'dora.unmistakable',
    password,
    wrongPassword,
    inlinePassword,
    ...tokens,
    // A JWT without its signature is as good as nothing to a thief, but names the person.
    ...tokens.flatMap((token) => token.split('.').filter((part) => part.length > 60)),
    INTERNAL_KEYS.split(':')[1] ?? '',
    REFRESH_TOKEN_SECRET.split(':').at(-1) ?? '',
    signingKey?.d ?? '',
  ];
  expect(tokens.length).toBeGreaterThan(5);
  const found = secrets.flatMap((secret, index) => {
    expect(secret.length).toBeGreaterThan(10);
    return [...written].flatMap(([file, text]) => {
      const at = text.indexOf(secret);
      return at < 0 ? [] : [`secret ${index} in ${file}: ${text.slice(Math.max(0, at - 300), at + 40)}`];
    });
  });
  expect(found).toEqual([]);
});
