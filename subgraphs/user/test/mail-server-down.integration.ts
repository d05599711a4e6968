import { createServer } from 'node:net';
import { once } from 'node:events';
import { startMailCatcher } from '@murmuration/dev';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createSendMail } from '../src/mail/send-mail.ts';
import { createMailTransport, type OutgoingMessage } from '../src/mail/transport.ts';
import { enter } from './support/cast.ts';
import { createPlatform, logger, type Platform, userIdOf } from './support/platform.ts';
import { openPostOffice } from './support/post-office.ts';

let platform: Platform;

beforeAll(async () => {
  platform = await createPlatform();
});
afterAll(() => platform.close());

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

it('a mail waits for its server, and its first link that arrives is good', async () => {
  const smtp = await freePort();
  const office = await openPostOffice(platform, { smtpUrl: `smtp://127.0.0.1:${smtp}` });
  await enter(platform, 'wren');
  await vi.waitUntil(
    async () => {
      const [job] = await platform.database.$queryRaw<
        { last_error: string | null }[]
      >`SELECT last_error FROM graphile_worker._private_jobs`;
      return job?.last_error?.includes('ECONNREFUSED');
    },
    { timeout: 20_000 },
  );
  const server = await startMailCatcher({ smtp });
  try {
    // As if the pause were over.
    await platform.database
      .$executeRaw`UPDATE graphile_worker._private_jobs SET run_at = now() WHERE locked_at IS NULL`;
    await vi.waitUntil(() => server.mails().length > 0, { timeout: 20_000 });
    const token = /#token=(\S+)/.exec(server.mails()[0]?.text ?? '')?.[1];
    const { data } = await platform.run(
      'mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { email } }',
      { input: { token } },
    );
    expect(data).toEqual({ verifyEmail: { email: 'wren@example.org' } });
  } finally {
    await office.close();
    await server.stop();
  }
});

it('a mail whose sender died before it was noted is sent again as the same, and both links are good', async () => {
  const lark = await enter(platform, 'lark');
  const { id } = await platform.database.mail.findFirstOrThrow({ where: { accountId: userIdOf(lark.id) } });
  const sent: OutgoingMessage[] = [];
  const send = createSendMail({
    database: platform.database,
    addresses: platform.addresses,
    transport: {
      async send(message) {
        sent.push(message);
        // Taken by the server; then the worker is gone.
        if (sent.length === 1) throw new Error('killed');
      },
      close: () => undefined,
    },
    logger,
    appUrl: 'https://app.example.org/',
    domain: 'example.org',
    perAddressADay: 10,
    composeDigest: () => Promise.resolve(null),
    composeExport: () => Promise.resolve(null),
    unsubscribeUrl: null,
  });
  const attempt = { jobId: '1', signal: new AbortController().signal };
  await expect(send({ mailId: String(id) }, attempt)).rejects.toThrow('killed');
  await send({ mailId: String(id) }, attempt);
  // And once more, after it was noted.
  await send({ mailId: String(id) }, attempt);
  expect(sent).toHaveLength(2);
  expect(new Set(sent.map(({ messageId }) => messageId)).size).toBe(1);
  for (const { text } of sent) {
    const token = /https:\/\/app\.example\.org\/verify-email#token=(\S+)/.exec(text)?.[1];
    const { data } = await platform.run(
      'mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { email } }',
      { input: { token } },
    );
    expect(data).toEqual({ verifyEmail: { email: 'lark@example.org' } });
  }
});

it('a server that offers no encryption gets no mail, unless it is on this machine', async () => {
  const server = await startMailCatcher();
  try {
    const message = { messageId: '<1@example.org>', to: 'x@example.org', subject: 's', text: 't' };
    const port = new URL(server.smtpUrl).port;
    const clear = createMailTransport({
      url: `smtp://127.0.0.1:${port}?requireTLS=true`,
      from: 'a@example.org',
    });
    await expect(clear.send(message)).rejects.toThrow(/TLS/i);
    const named = createMailTransport({ url: `smtp://127.0.0.2:${port}`, from: 'a@example.org' });
    await expect(named.send(message)).rejects.toThrow();
    const local = createMailTransport({ url: server.smtpUrl, from: 'a@example.org' });
    await local.send(message);
    expect(server.mails()).toHaveLength(1);
  } finally {
    await server.stop();
  }
});
