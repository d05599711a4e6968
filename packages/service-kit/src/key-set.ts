import type { Logger } from './observe/logger.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLocalJWKSet, type JSONWebKeySet, type JWSHeaderParameters, type JWTVerifyGetKey } from 'jose';
import { request } from 'undici';

export const keySetLimits = {
  /** A withdrawn key is forgotten after this long. */
  refreshMs: 5 * 60_000,
  /** Unknown key ids ask the issuer at most this often, whoever sends them. */
  cooldownMs: 5_000,
  /** Without any keys yet it is asked again after this: both may have been started at the same moment. */
  firstKeysMs: 200,
  timeoutMs: 2_000,
} as const;

/** The issuer gave no keys yet: nobody's token can be judged, which is not the callers' fault. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

export interface KeySet {
  keyFor: JWTVerifyGetKey;
  /** Grows whenever the keys are others than before. */
  version(): number;
  refresh(): Promise<void>;
  stop(): void;
}

/**
 * The issuer's public keys. The last good set stays when the issuer is away, so that people who are signed
 * in stay signed in; an unknown key id asks again, not more often than the cooldown. Who comes before there are any
 * waits for one more answer.
 */
export function createKeySet(options: {
  url: string;
  logger: Logger;
  cooldownMs?: number;
  timeoutMs?: number;
}): KeySet {
  const { cooldownMs = keySetLimits.cooldownMs, timeoutMs = keySetLimits.timeoutMs } = options;
  let keys: JSONWebKeySet | undefined;
  let version = 0;
  let find: ReturnType<typeof createLocalJWKSet> | undefined;
  let asked: { atMs: number; done: Promise<void> } | undefined;
  const timer = setInterval(() => void refresh(), keySetLimits.refreshMs).unref();

  async function load(): Promise<void> {
    try {
      const answer = await request(options.url, {
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      const body = (await answer.body.json()) as JSONWebKeySet;
      if (answer.statusCode !== 200) throw new Error(`the key set answered ${answer.statusCode}`);
      find = createLocalJWKSet(body);
      if (JSON.stringify(body) !== JSON.stringify(keys)) version++;
      keys = body;
    } catch (error) {
      options.logger.warn({ err: error }, 'the key set could not be read');
    }
  }

  function refresh(): Promise<void> {
    asked = { atMs: performance.now(), done: load() };
    return asked.done;
  }

  async function seekKey(header: JWSHeaderParameters): Promise<void> {
    if (!keys) return seekFirstKeys();
    if (keys.keys.some((key) => key.kid === header.kid)) return;
    await refreshUnlessWithin(cooldownMs);
  }

  async function seekFirstKeys(): Promise<void> {
    await (asked?.done ?? refresh());
    if (keys) return;
    await sleep(keySetLimits.firstKeysMs);
    if (!keys) await refreshUnlessWithin(keySetLimits.firstKeysMs);
  }

  function refreshUnlessWithin(ms: number): Promise<void> {
    return asked && performance.now() - asked.atMs < ms ? asked.done : refresh();
  }

  return {
    async keyFor(header, token) {
      await seekKey(header ?? {});
      if (!find) throw new KeysUnavailable('the issuer has given no keys');
      return find(header, token);
    },
    version: () => version,
    refresh,
    stop: () => clearInterval(timer),
  };
}
