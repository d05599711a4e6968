import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Secret } from '@murmuration/config';
import { createEnvironmentKeys, createSealer } from '@murmuration/service-kit';
import { serverKeysOf } from '../../src/push/server-key.ts';
import type { PushOptions } from '../../src/push/service.ts';

const secretOf = (id: string) => ({ id, secret: randomBytes(32) });

/** What registers devices of a receiver on this machine. */
export function pushOptions(): PushOptions & { secrets: readonly [Secret] } {
  const secrets = [secretOf('d1')] as const;
  return {
    secrets,
    sealer: createSealer(createEnvironmentKeys(secrets)),
    keys: serverKeysOf([secretOf('v1'), secretOf('v0')]),
    hosts: { hosts: ['*'], isPrivateAllowed: true },
    apps: ['apns', 'fcm'],
  };
}

export interface Received {
  headers: IncomingHttpHeaders;
  message: Record<string, unknown>;
}

/** A push service on this machine, and the browsers behind it, which read what they are sent. */
export async function openPushService() {
  const browsers = new Map<string, ReturnType<typeof createBrowser>>();
  const answers = new Map<string, (response: ServerResponse) => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      const answer = answers.get(path);
      if (answer) return answer(response);
      const browser = browsers.get(path);
      browser?.received.push({ headers: request.headers, message: browser.read(Buffer.concat(chunks)) });
      return response.writeHead(browser ? 201 : 404).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    /** A browser that subscribes. */
    subscribe(serverKey: string) {
      const path = `/${randomBytes(8).toString('hex')}`;
      const browser = createBrowser();
      browsers.set(path, browser);
      return {
        subscription: { endpoint: url + path, ...browser.keys, serverKey },
        received: browser.received,
        /** Has messages to it answered otherwise. */
        answer: (how: (response: ServerResponse) => void) => void answers.set(path, how),
      };
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function createBrowser() {
  const pair = createECDH('prime256v1');
  pair.generateKeys();
  const auth = randomBytes(16);
  const hkdf = (secret: Buffer, salt: Buffer, info: Buffer, bytes: number) =>
    Buffer.from(hkdfSync('sha256', secret, salt, info, bytes));
  const received: Received[] = [];
  return {
    received,
    keys: { p256dh: pair.getPublicKey('base64url'), auth: auth.toString('base64url') },
    /** RFC 8291 as a browser does it: one record of aes128gcm (RFC 8188). */
    read(body: Buffer): Record<string, unknown> {
      const salt = body.subarray(0, 16);
      const sender = body.subarray(21, 21 + body.readUInt8(20));
      const box = body.subarray(21 + sender.length);
      const info = Buffer.concat([Buffer.from('WebPush: info\0'), pair.getPublicKey(), sender]);
      const secret = hkdf(pair.computeSecret(sender), auth, info, 32);
      const key = hkdf(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
      const nonce = hkdf(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
      const cipher = createDecipheriv('aes-128-gcm', key, nonce).setAuthTag(box.subarray(-16));
      const text = Buffer.concat([cipher.update(box.subarray(0, -16)), cipher.final()]);
      return JSON.parse(text.subarray(0, text.lastIndexOf(2)).toString()) as Record<string, unknown>;
    },
  };
}
