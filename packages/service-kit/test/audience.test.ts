import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../src/index.ts';
import { audienceType } from '../src/audience/claims.ts';
import { type AudienceVerifier, createAudienceVerifier, signAudience } from '../src/subgraph/index.ts';

const logger = createLogger('test', 'silent');
const makeKey = (id: string) => ({ id, ...generateKeyPairSync('ed25519') });
const ours = makeKey('ours');
const theirs = makeKey('ours');
const later = makeKey('later');
const published = [ours];
let asked = 0;
const issuer = createServer((_request, response) => {
  asked++;
  const keys = published.map(({ id, publicKey }) => ({
    ...publicKey.export({ format: 'jwk' }),
    kid: id,
    alg: 'EdDSA',
  }));
  response.end(JSON.stringify({ keys }));
});
const grant = { entity: 'pst_1', author: 'usr_1', audience: 'followers' } as const;
let verifier: AudienceVerifier;

beforeAll(async () => {
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/`;
  verifier = createAudienceVerifier({ issuer: 'timeline', url, logger });
});
afterAll(() => {
  verifier.stop();
  issuer.close();
});

it('grants what its issuer signed, verified once for all who bring it', async () => {
  const token = await signAudience(ours, 'timeline', '7', grant);
  const first = verifier.verify(token);
  expect(await first).toEqual(grant);
  expect(verifier.verify(token)).toBe(first);
  expect(asked).toBe(1);
});

it('grants nothing by a foreign key, for another issuer, or by a token of another kind', async () => {
  const other = (type: string, expires: string) =>
    new SignJWT({ ...grant })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'ours', typ: type })
      .setIssuer('timeline')
      .setExpirationTime(expires)
      .sign(ours.privateKey);
  const tokens = [
    await signAudience(theirs, 'timeline', '7', grant),
    await signAudience(ours, 'post', '7', grant),
    await other('at+jwt', '1m'),
    await other(audienceType, '-1m'),
    await signAudience(ours, 'timeline', '7', { ...grant, audience: 'nobody' as 'everyone' }),
    'nonsense',
  ];
  for (const token of tokens) expect(await verifier.verify(token)).toBeNull();
});

it('cannot tell while its issuer has given no keys', async () => {
  const early = createAudienceVerifier({ issuer: 'timeline', url: 'http://127.0.0.1:9/', logger });
  const token = await signAudience(later, 'timeline', '8', grant);
  await expect(early.verify(token)).rejects.toMatchObject({ extensions: { code: 'DOWNSTREAM_ERROR' } });
  early.stop();
});
