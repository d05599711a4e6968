import { randomUUID } from 'node:crypto';
import type { InternalKey } from '@murmuration/config';
import { createHttpServer, createLogger, envelopeHeader, verifyEnvelope } from '@murmuration/service-kit';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const ada = 'usr_00000000001';
export const ben = 'usr_00000000002';

/** Issues access tokens as `user` does, serves its key set and its list of ended sessions. */
export interface Issuer {
  url: string;
  jwksUrl: string;
  /** Its end is in whole seconds: with `2s` it is good for one to two. */
  token(claims?: { sub?: string; sid?: string; expiresIn?: string; aud?: string }): Promise<string>;
  /** A token by the same key id, but signed with another key. */
  forged(): Promise<string>;
  /** New tokens are signed with a new key. */
  rotate(): Promise<void>;
  ended: string[];
  close(): Promise<void>;
}

export async function startIssuer(keys: readonly InternalKey[]): Promise<Issuer> {
  const makeKey = async () => ({
    kid: randomUUID(),
    ...(await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })),
  });
  const all = [await makeKey()];
  const newest = () => all[0] as (typeof all)[number];
  const ended: string[] = [];
  const { app, listen } = createHttpServer({ logger: createLogger('issuer', 'silent'), readiness: {} });
  app.get('/.well-known/jwks.json', async () => ({
    keys: await Promise.all(
      all.map(async ({ kid, publicKey }) => ({ ...(await exportJWK(publicKey)), kid, alg: 'EdDSA' })),
    ),
  }));
  app.get('/internal/revocations', async (request, reply) => {
    const header = String(request.headers[envelopeHeader]);
    const path = '/internal/revocations';
    const { status } = verifyEnvelope(keys, header, { audience: 'user', method: 'GET', path, body: '' });
    return status === 'verified' ? { sessions: ended } : reply.code(401).send();
  });
  const url = await listen({ host: '127.0.0.1', port: 0 });

  async function sign(privateKey: CryptoKey, claims: Parameters<Issuer['token']>[0] = {}): Promise<string> {
    return new SignJWT({ sid: claims.sid ?? 'ses_00000000001' })
      .setProtectedHeader({ alg: 'EdDSA', kid: newest().kid })
      .setSubject(claims.sub ?? ada)
      .setIssuer('murmuration')
      .setAudience(claims.aud ?? 'murmuration')
      .setIssuedAt()
      .setExpirationTime(claims.expiresIn ?? '10m')
      .sign(privateKey);
  }
  return {
    url,
    jwksUrl: `${url}/.well-known/jwks.json`,
    token: (claims) => sign(newest().privateKey, claims),
    forged: async () => sign((await makeKey()).privateKey),
    async rotate() {
      all.unshift(await makeKey());
    },
    ended,
    close: () => app.close(),
  };
}
