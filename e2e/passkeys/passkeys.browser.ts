import { createServer, type Server } from 'node:http';
import { freePort } from '@murmuration/dev';
import {
  castPassword,
  createGraphClient,
  type GraphClient,
  type Member,
  signUpCast,
} from '@murmuration/testing';
import { requireTool } from '@murmuration/testing/tool';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startStory, type Story } from '../support/stack.ts';

/** Passkeys as a browser makes them: the options that the graph gives are ones that it takes, and so is what it answers. */
const pagePort = await freePort();
let story: Story;
let nobody: GraphClient;
let alice: Member;
let pages: Server;
let browser: Browser;
let page: Page;
let devtools: CDPSession;
let authenticatorId: string;

beforeAll(async () => {
  story = await startStory({ env: { LOG_LEVEL: 'warn', PASSKEY_ORIGINS: `http://localhost:${pagePort}` } });
  nobody = createGraphClient(story.graphUrl);
  ({ alice } = await signUpCast(story.graphUrl, ['alice']));
  pages = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>page</title>');
  });
  await new Promise<void>((resolve) => pages.listen(pagePort, '127.0.0.1', resolve));
  browser = await chromium.launch({
    executablePath: requireTool({ command: 'chromium', debianPackage: 'chromium' }),
    args: ['--no-sandbox'],
  });
  page = await browser.newPage();
  await page.goto(`http://localhost:${pagePort}/`);
  devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  authenticatorId = await plugIn();
});
afterAll(async () => {
  await browser?.close();
  await new Promise((resolve) => (pages ? pages.close(resolve) : resolve(undefined)));
  await story?.stop();
});

async function plugIn(): Promise<string> {
  const options = {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  } as const;
  return (await devtools.send('WebAuthn.addVirtualAuthenticator', { options })).authenticatorId;
}

/** As an app's page does it. */
const create = (options: string) =>
  page.evaluate<string>(`navigator.credentials
    .create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(${options}) }).then(JSON.stringify)`);
const get = (options: string) =>
  page.evaluate<string>(`navigator.credentials
    .get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(${options}) }).then(JSON.stringify)`);

type Payload = Record<string, unknown> & { errors: { code: string }[] };

async function mutate(client: GraphClient, name: string, fields: string, input?: object): Promise<Payload> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`;
  const [declared, given] = input ? [`($input: ${type})`, '(input: $input)'] : ['', ''];
  const document = `mutation ${declared} { done: ${name}${given} { ${fields} errors { code } } }`;
  return (await client.ask<{ done: Payload }>(document, { input })).done;
}

const optionsOf = async (client: GraphClient, name: string) =>
  String((await mutate(client, name, 'options'))['options']);
const logIn = async () =>
  mutate(nobody, 'finishPasskeyLogIn', 'user { id postCount } accessToken', {
    credential: await get(await optionsOf(nobody, 'beginPasskeyLogIn')),
    deviceName: 'In Chromium',
  });

test('adds a passkey, signs in by it without a name, and confirms by it', async () => {
  await mutate(alice, 'confirmIdentity', 'confirmedUntil', { password: castPassword });
  const credential = await create(await optionsOf(alice, 'beginPasskeyRegistration'));
  const added = await mutate(alice, 'finishPasskeyRegistration', 'passkey { name }', {
    credential,
    name: 'Virtual',
  });
  expect(added).toEqual({ passkey: { name: 'Virtual' }, errors: [] });
  // The browser itself makes no second one.
  await expect(create(await optionsOf(alice, 'beginPasskeyRegistration'))).rejects.toThrow(
    'InvalidStateError',
  );

  const session = await logIn();
  expect(session).toMatchObject({ user: { id: alice.id, postCount: 0 }, errors: [] });
  const phone = nobody.as(String(session['accessToken']));
  expect(
    await phone.ask('{ viewer { passkeys { name } sessions(first: 1) { edges { node { deviceName } } } } }'),
  ).toEqual({
    viewer: {
      passkeys: [{ name: 'Virtual' }],
      sessions: { edges: [{ node: { deviceName: 'In Chromium' } }] },
    },
  });
  expect((await mutate(phone, 'setUpTotp', 'secret')).errors).toEqual([{ code: 'CONFIRMATION_REQUIRED' }]);
  const answer = await get(await optionsOf(phone, 'beginPasskeyConfirmation'));
  expect((await mutate(phone, 'confirmIdentityByPasskey', '', { credential: answer })).errors).toEqual([]);
  expect((await mutate(phone, 'setUpTotp', 'secret')).errors).toEqual([]);
});

test('does not let a copy in that signs less often', async () => {
  const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId });
  const [credential] = credentials;
  if (!credential) throw new Error('the browser has no passkey');
  expect(await logIn()).toMatchObject({ errors: [] });
  await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
  authenticatorId = await plugIn();
  await devtools.send('WebAuthn.addCredential', { authenticatorId, credential });
  expect((await logIn()).errors).toEqual([{ code: 'WRONG_CREDENTIALS' }]);
});
