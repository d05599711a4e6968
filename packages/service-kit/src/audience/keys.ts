import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import type { Logger } from '../observe/logger.ts';
import { audienceKeyLimits } from './claims.ts';
import type { AudienceKey } from './sign.ts';

/** Keys that sign the audience of events. Every process makes its own, and another one every hour. */
export interface AudienceKeys {
  /** The one that signs now; null until its public half is published. */
  current(): AudienceKey | null;
  /** The public halves of all processes' keys. */
  published(): Promise<{ keys: object[] }>;
  stop(): void;
}

/** Where the processes of a subgraph put the public halves of their keys: a table of its database. */
export interface AudienceKeyStore {
  /** Keeps a key for so long from now on, also one that it has already. */
  put(id: string, jwk: object, lifeMs: number): Promise<void>;
  removeExpired(): Promise<void>;
  /** Those that have not expired, at most so many. */
  read(limit: number): Promise<object[]>;
}

export function startAudienceKeys(options: { store: AudienceKeyStore; logger: Logger }): AudienceKeys {
  const { logger, store } = options;
  let key = createKey();
  let isPublished = false;
  let answered: { atMs: number; keys: Promise<object[]> } | undefined;

  /** Again and again, for a restore of the database may have forgotten it. */
  async function publish(): Promise<void> {
    const isOld = performance.now() - key.madeAtMs > audienceKeyLimits.rotateMs;
    const next = isOld ? createKey() : key;
    await store.put(next.id, next.jwk, audienceKeyLimits.lifeMs);
    key = next;
    isPublished = true;
    await store.removeExpired();
  }

  const attempt = () =>
    publish().catch((error: unknown) => logger.warn({ err: error }, 'the audience key is not published'));
  void attempt();
  const timer = setInterval(() => void attempt(), audienceKeyLimits.publishMs).unref();

  return {
    current: () => (isPublished ? key : null),
    async published() {
      // Anybody may ask, so the database is asked once a while and not once a request.
      if (!answered || performance.now() - answered.atMs > audienceKeyLimits.answerForMs) {
        const keys = store.read(audienceKeyLimits.published);
        answered = { atMs: performance.now(), keys };
        keys.catch(() => (answered = undefined));
      }
      return { keys: await answered.keys };
    },
    stop: () => clearInterval(timer),
  };
}

interface Key extends AudienceKey {
  readonly jwk: object;
  readonly privateKey: KeyObject;
  /** By `performance.now()`. */
  readonly madeAtMs: number;
}

function createKey(): Key {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const id = randomUUID();
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: id, alg: 'EdDSA', use: 'sig' };
  return { id, privateKey, jwk, madeAtMs: performance.now() };
}
