import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

/** What an authenticator does otherwise than a good one. */
export interface Manner {
  /** Whether it asks for a finger or a PIN; it does unless it is said. */
  verifiesUser?: boolean;
  /** How often it says that it signed; it counts unless it is said. */
  count?: number;
  origin?: string;
  rpId?: string;
  /** In place of its own. */
  key?: KeyObject;
  userHandle?: string | null;
}

/** A passkey in software, as a browser would answer for it: texts in, texts out. */
export interface Authenticator {
  id: string;
  create(options: string, manner?: Manner): string;
  get(options: string, manner?: Manner): string;
}

const flags = { present: 0x01, verified: 0x04, attested: 0x40 };

export function createAuthenticator(
  site = { origin: 'http://localhost:3000', rpId: 'localhost' },
): Authenticator {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const credentialId = randomBytes(32);
  const id = credentialId.toString('base64url');
  let signed = 0;
  let owner = '';

  const clientData = (type: string, challenge: string, origin = site.origin) =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const dataOf = (more: number, { count = ++signed, rpId = site.rpId, verifiesUser = true }: Manner) => {
    const head = Buffer.alloc(37);
    createHash('sha256').update(rpId).digest().copy(head);
    head[32] = flags.present | (verifiesUser ? flags.verified : 0) | more;
    head.writeUInt32BE(count, 33);
    return head;
  };

  return {
    id,
    create(options, manner = {}) {
      const { challenge, user } = JSON.parse(options) as { challenge: string; user: { id: string } };
      owner = user.id;
      const cose = new Map<number, number | Uint8Array>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ]);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(credentialId.length);
      const authData = Buffer.concat([
        dataOf(flags.attested, { count: 0, ...manner }),
        Buffer.alloc(16),
        length,
        credentialId,
        isoCBOR.encode(cose),
      ]);
      const attestation = new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', new Uint8Array(authData)],
      ]);
      return answerOf({
        clientDataJSON: clientData('webauthn.create', challenge, manner.origin),
        attestationObject: Buffer.from(isoCBOR.encode(attestation as never)),
        transports: ['internal'],
      });
    },
    get(options, manner = {}) {
      const { challenge } = JSON.parse(options) as { challenge: string };
      const authenticatorData = dataOf(0, manner);
      const clientDataJSON = clientData('webauthn.get', challenge, manner.origin);
      const digest = createHash('sha256').update(clientDataJSON).digest();
      const signature = sign('sha256', Buffer.concat([authenticatorData, digest]), manner.key ?? privateKey);
      const { userHandle = owner } = manner;
      return answerOf({ clientDataJSON, authenticatorData, signature, userHandle });
    },
  };

  function answerOf(response: Record<string, Buffer | string | string[] | null>): string {
    const texts = Object.entries(response).map(([name, value]) => [
      name,
      Buffer.isBuffer(value) ? value.toString('base64url') : value,
    ]);
    return JSON.stringify({ id, rawId: id, type: 'public-key', response: Object.fromEntries(texts) });
  }
}
