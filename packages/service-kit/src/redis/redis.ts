import type { RedisAddress } from '@murmuration/config';
import type { Redis, RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import { redisConnected } from '../observe/metrics.ts';
import { countCommands, sendTogether } from './commands.ts';
import { isNotPrimary, openRedis, redisLimits } from './connection.ts';
import { keepConnecting } from './keep-connecting.ts';
import { leaveWhenSilent } from './silence.ts';

export interface RedisCache {
  client: Redis;
  /**
   * Prefix of every cached key, or null while there is no primary to be used. It is made of the server's run id and
   * replication id: a Redis that restarted, was promoted or replaced is a cold cache, never an old copy believed. And of
   * the number of the database: who uses another one of the same server sees nothing of what is kept here.
   */
  namespace(): string | null;
  /** A second connection, for a subscriber cannot do anything else. It goes where the first one goes. */
  subscriber(options?: RedisOptions): Redis;
  close(): void;
}

/**
 * A connection that fails fast: nothing is queued while Redis is away and nothing is sent again after a
 * reconnection, since the server that comes back may be another one. One that is open and says nothing is given up:
 * a Redis that hangs would else cost every request the time limit of its commands, again and again. So is one whose
 * server is no primary any more; behind Sentinels the next one is at the primary that they name.
 */
export function createRedisCache(
  options: RedisAddress & {
    logger: Logger;
    name: string;
    /** A command without an answer by then fails. Default `redisLimits.commandMs`. */
    commandMs?: number;
  },
): RedisCache {
  const { commandMs = redisLimits.commandMs, logger, name } = options;
  const client = openRedis(options, name, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandMs,
    reconnectOnError(error) {
      // One whose server is known to be no primary reconnects by the clock, not by each write.
      if (namespace !== null && isNotPrimary(error)) leave();
      return false;
    },
  });
  const connected = redisConnected.labels(name);
  const subscribers = new Set<Redis>();
  let namespace: string | null = null;
  let isAway = false;
  let isLooking = false;
  connected.set(0);
  keepConnecting(client);
  countCommands(client, name);
  sendTogether(client);
  leaveWhenSilent(client, commandMs, () => {
    namespace = null;
    logger.warn('Redis does not answer: the connection is given up');
  });

  client.on('ready', () => void look('first'));
  client.on('close', lose);
  client.on('error', () => undefined); // each command reports its own failure; what is lost is logged once
  const looking = setInterval(() => void look('again'), redisLimits.lookMs).unref();

  function lose(): void {
    namespace = null;
    connected.set(0);
    if (!isAway) logger.warn('Redis is away: answers come from the databases');
    isAway = true;
  }

  function gain(found: string): void {
    namespace = found;
    connected.set(1);
    if (isAway) logger.info('Redis is back');
    isAway = false;
  }

  /** Nobody else goes on with a server that is left. */
  function leave(): void {
    lose();
    for (const each of [client, ...subscribers]) each.disconnect(true);
  }

  async function look(when: 'first' | 'again'): Promise<void> {
    if (client.status !== 'ready' || isLooking) return;
    isLooking = true;
    try {
      const found = namespaceOf(
        await Promise.all([client.info('server'), client.info('replication')]),
        client.options.db ?? 0,
      );
      if (client.status !== 'ready') return;
      const isOther = namespace !== null && found !== namespace;
      if (isOther || (found === null && when === 'again')) leave();
      else if (found === null) lose();
      else gain(found);
    } catch (error) {
      // Later, silence is judged where every command's is.
      if (client.status !== 'ready' || namespace !== null) return;
      logger.warn({ err: error }, 'Redis did not say who it is');
      client.disconnect(true);
    } finally {
      isLooking = false;
    }
  }

  return {
    client,
    namespace: () => namespace,
    subscriber(overrides) {
      const subscriber = client.duplicate({ enableAutoPipelining: false, ...overrides });
      subscriber.on('error', () => undefined); // the first connection says that Redis is away
      const isClosed = keepConnecting(subscriber);
      subscribers.add(subscriber.on('end', () => isClosed() && subscribers.delete(subscriber)));
      return subscriber;
    },
    close() {
      clearInterval(looking);
      isAway = true; // by our own will: nothing to tell of
      client.disconnect();
    },
  };
}

/** Null for a replica: it takes no writes, and what it has may be old. */
function namespaceOf([server, replication]: [string, string], database: number): string | null {
  const [, role] = /^role:(\w+)/m.exec(replication) ?? [];
  const [, runId] = /^run_id:(\w+)/m.exec(server) ?? [];
  const [, replicationId] = /^master_replid:(\w+)/m.exec(replication) ?? [];
  if (!runId || !replicationId) throw new Error('INFO without run_id or master_replid');
  return role === 'master' ? `m:${runId.slice(0, 12)}${replicationId.slice(0, 12)}.${database}:` : null;
}
