import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Issuer {
  readonly url: string;
  /** Real access tokens, of as many people. */
  readonly tokens: readonly string[];
  /** Tokens of people who never had one. */
  newTokens(count: number): string[];
  stop(): void;
}

const people = 50;
const seconds = 24 * 60 * 60;

/** Signs tokens as `user` does and serves what the gateway asks of it: the key set and the ended sessions. */
export async function startIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = { ...publicKey.export({ format: 'jwk' }), kid: 'bench', alg: 'EdDSA', use: 'sig' };
  const answers: Record<string, unknown> = {
    '/.well-known/jwks.json': { keys: [key] },
    '/internal/revocations': { sessions: [] },
  };
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answers[request.url ?? ''] ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();

  const now = Math.floor(Date.now() / 1_000);
  let number = 0;
  function newToken(): string {
    const i = number++;
    const claims = { sub: `usr_${i}`, sid: `ses_${i}`, iss: 'murmuration', aud: 'murmuration' };
    const text = [
      { alg: 'EdDSA', kid: 'bench' },
      { ...claims, iat: now, exp: now + seconds },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
  }
  const newTokens = (count: number) => Array.from({ length: count }, newToken);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokens: newTokens(people),
    newTokens,
    stop: () => server.close(),
  };
}
