import type { RegistryDatabase } from '@murmuration/prisma/registry';
import { isDatabaseOutage } from '@murmuration/service-kit';
import { LRUCache } from 'lru-cache';
import { bytesOf } from '../store/contents.ts';
import { Fault } from '../faults.ts';
import type { Graph, Graphs } from '../graphs.ts';
import { createTurns } from '../turns.ts';
import { type GivenToken, isKind } from './given.ts';
import type { TokenKind } from './permissions.ts';
import { hashOfSecret, isSecret, newSecret } from './secret.ts';

/** Who holds a good token. */
export interface Caller {
  readonly graph: Graph;
  /** The token's name: who did something is told by it. */
  readonly name: string;
  readonly kinds: readonly TokenKind[];
  /** Of the secret, for limits by token. */
  readonly hash: string;
}

export interface TokenRow {
  id: number;
  name: string;
  kinds: string[];
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

export const tokenLimits = {
  /** Good tokens that are remembered, and as many refusals, which must not take their place. */
  remembered: 10_000,
  /** While the database is away, what was found of a token holds for this long. */
  outageMs: 10 * 60_000,
  /** Tokens of one graph that are listed and may be made. */
  perGraph: 500,
  /**
   * Tokens that nobody knows yet and that are looked for at a time, and that may wait for it: a flood of made-up ones must not take
   * every connection to the database from those who hold good ones.
   */
  strangers: { running: 2, waiting: 100 },
} as const;

export interface Tokens {
  /** Undefined when the secret is none, expired, or revoked. A revocation holds for all within `cacheMs`. */
  find(secret: string): Promise<Caller | undefined>;
  /** Makes a token; the secret is not kept and never shown again. */
  create(
    graph: Graph,
    token: { name: string; kinds: TokenKind[]; expiresAt?: Date | undefined },
  ): Promise<{ id: number; secret: string }>;
  /** Whether there was such a token, not revoked yet. */
  revoke(graph: Graph, id: number): Promise<boolean>;
  /** How many are good, or will be. */
  count(graph: Graph): Promise<number>;
  list(graph: Graph): Promise<TokenRow[]>;
}

export function createTokens(
  database: RegistryDatabase,
  options: { graphs: Graphs; given: readonly GivenToken[]; cacheMs: number },
): Tokens {
  const given = new Map(options.given.map((token) => [token.hash, token]));
  const good = new LRUCache<string, { caller: Caller; atMs: number }>({ max: tokenLimits.remembered });
  const refused = new LRUCache<string, { atMs: number }>({ max: tokenLimits.remembered });
  const looking = new Map<string, Promise<Caller | undefined>>();
  const takeTurn = createTurns(
    tokenLimits.strangers,
    () => new Fault('OVERLOADED', 'Too many unknown tokens at once. Try again in a moment.', 1),
  );

  async function look(hash: string): Promise<Caller | undefined> {
    const own = given.get(hash);
    if (own) return { name: own.name, kinds: own.kinds, hash, graph: await options.graphs.ensure(own.graph) };
    const rows = await database.$queryRaw<{ name: string; kinds: string[]; id: number; graph: string }[]>`
      SELECT t.name, t.kinds, g.id, g.name AS graph FROM token t JOIN graph g ON g.id = t.graph_id
      WHERE t.hash = ${bytesOf(hash)} AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`;
    const [row] = rows;
    return (
      row && { name: row.name, kinds: row.kinds.filter(isKind), hash, graph: { id: row.id, name: row.graph } }
    );
  }

  /** One look for all who bring the same token at once: a gateway's burst after a start is no crowd of strangers. */
  function lookTogether(hash: string, isStranger: boolean): Promise<Caller | undefined> {
    const known = looking.get(hash);
    if (known) return known;
    const mine = (isStranger ? takeTurn(() => look(hash)) : look(hash)).finally(() => {
      if (looking.get(hash) === mine) looking.delete(hash);
    });
    looking.set(hash, mine);
    return mine;
  }

  return {
    async find(secret) {
      if (!isSecret(secret)) return undefined;
      const hash = hashOfSecret(secret);
      const remembered = good.get(hash);
      const { atMs } = remembered ?? refused.get(hash) ?? { atMs: -Infinity };
      const ageMs = performance.now() - atMs;
      if (ageMs < options.cacheMs) return remembered?.caller;
      try {
        const isStranger = !remembered && !given.has(hash);
        const caller = await lookTogether(hash, isStranger);
        if (caller) {
          good.set(hash, { caller, atMs: performance.now() });
        } else {
          good.delete(hash);
          refused.set(hash, { atMs: performance.now() });
        }
        return caller;
      } catch (error) {
        // Gateways get what is in memory although the database is away.
        if (remembered && ageMs < tokenLimits.outageMs && isDatabaseOutage(error)) return remembered.caller;
        throw error;
      }
    },
    async create(graph, { expiresAt, kinds, name }) {
      const secret = newSecret();
      const hash = bytesOf(hashOfSecret(secret));
      const { id } = await database.token.create({
        data: { graphId: graph.id, name, kinds, hash, ...(expiresAt && { expiresAt }) },
        select: { id: true },
      });
      return { id, secret };
    },
    async revoke(graph, id) {
      const changed = await database.$executeRaw`UPDATE token SET revoked_at = clock_timestamp()
        WHERE graph_id = ${graph.id} AND id = ${id} AND revoked_at IS NULL`;
      good.clear();
      // Who asks from now on shall not be told what was found before.
      looking.clear();
      return changed > 0;
    },
    count: (graph) =>
      database.token.count({
        where: {
          graphId: graph.id,
          revokedAt: null,
          OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }],
        },
      }),
    list: (graph) =>
      database.token.findMany({
        where: { graphId: graph.id },
        orderBy: { id: 'desc' },
        take: tokenLimits.perGraph,
        select: { id: true, name: true, kinds: true, createdAt: true, expiresAt: true, revokedAt: true },
      }),
  };
}
