import type { RegistryDatabase } from '@murmuration/prisma/registry';
import { Counter, type Logger, metrics } from '@murmuration/service-kit';
import { LRUCache } from 'lru-cache';
import type { Graph } from '../graphs.ts';
import { bytesOf, readContents } from '../store/contents.ts';
import type { Variant } from '../work/jobs.ts';
import type { Work } from '../work/work.ts';
import { type SigningKey, sha256, sign } from './sign.ts';

/** A supergraph ready to be sent. */
export interface Delivered {
  readonly version: number;
  readonly sdl: string;
  /** Strong, quotes included. */
  readonly etag: string;
  readonly signature: string | undefined;
}

export const deliveryLimits = {
  /** Characters of the supergraphs that are kept ready. */
  characters: 64 * 1024 * 1024,
  /** Heads that are kept ready, one a graph. */
  heads: 1_000,
} as const;

const deliveries = new Counter({
  name: 'registry_deliveries_total',
  help: 'Supergraphs asked for, by what was answered',
  labelNames: ['outcome'],
  registers: [metrics],
});
export const delivered = {
  sent: deliveries.labels('sent'),
  same: deliveries.labels('same'),
  stale: deliveries.labels('stale'),
};
for (const counter of Object.values(delivered)) counter.inc(0);

export interface Delivery {
  /** The newest supergraph. One that was known stays while the database is away. */
  head(graph: Graph, variant: Variant): Promise<Delivered | undefined>;
  version(graph: Graph, id: number, variant: Variant): Promise<Delivered | undefined>;
  /** What was published here is delivered at once. */
  published(graph: Graph, id: number): void;
}

type Head = { id: number; untilMs: number; asking: Promise<number> | undefined };

/** Supergraphs in memory: a gateway that asks whether there is news costs no statement. */
export function createDelivery(
  database: RegistryDatabase,
  options: { work: Work; signingKey: SigningKey | undefined; headCacheMs: number; logger: Logger },
): Delivery {
  const heads = new LRUCache<number, Head>({ max: deliveryLimits.heads });
  const ready = new LRUCache<string, Delivered>({
    maxSize: deliveryLimits.characters,
    sizeCalculation: ({ sdl }) => 1 + sdl.length,
  });
  const making = new Map<string, Promise<Delivered | undefined>>();

  async function askHead(graph: Graph): Promise<number> {
    const row = await database.graph.findUnique({ where: { id: graph.id }, select: { head: true } });
    return row?.head ?? 0;
  }

  async function headOf(graph: Graph): Promise<number> {
    const head = heads.get(graph.id) ?? { id: 0, untilMs: 0, asking: undefined };
    heads.set(graph.id, head);
    if (performance.now() < head.untilMs) return head.id;
    head.asking ??= askHead(graph)
      .then((id) => {
        // Another may have been published here since the question was put.
        head.id = Math.max(head.id, id);
        return head.id;
      })
      .catch((error: unknown) => {
        if (head.id === 0) throw error;
        options.logger.warn({ err: error, graph: graph.name }, 'serving the last known head');
        delivered.stale.inc();
        return head.id;
      })
      .finally(() => {
        head.asking = undefined;
        head.untilMs = performance.now() + options.headCacheMs;
      });
    return head.asking;
  }

  async function read(graph: Graph, id: number, variant: Variant): Promise<string | undefined> {
    if (isVariant(variant)) {
      if (!(await isPromised(graph, id, variant))) return undefined;
      return options.work.run({ kind: 'variant', graphId: graph.id, version: id, variant });
    }
    const rows = await database.$queryRaw<{ hash: string }[]>`
      SELECT encode(supergraph_hash, 'hex') AS hash FROM version WHERE graph_id = ${graph.id} AND id = ${id}`;
    const [row] = rows;
    return row && (await readContents(database, [row.hash])).get(row.hash);
  }

  /** Whether the version has such a contract: whoever asks for names at random must not keep the thread of checks busy. */
  async function isPromised(graph: Graph, id: number, { contract }: Variant): Promise<boolean> {
    const rows = await database.$queryRaw<{ isThere: boolean }[]>`
      SELECT ${contract ?? null}::text IS NULL OR coalesce(jsonb_exists(contracts, ${contract ?? null}::text), false) AS "isThere"
      FROM version WHERE graph_id = ${graph.id} AND id = ${id}`;
    return rows[0]?.isThere ?? false;
  }

  async function make(graph: Graph, id: number, variant: Variant): Promise<Delivered | undefined> {
    const sdl = await read(graph, id, variant);
    if (sdl === undefined) return undefined;
    const digest = sha256(sdl);
    if (isVariant(variant))
      await database.$executeRaw`INSERT INTO variant (graph_id, version_id, hash)
        VALUES (${graph.id}, ${id}, ${bytesOf(digest)}) ON CONFLICT DO NOTHING`;
    const { contract } = variant;
    const claims = {
      graph: graph.name,
      version: id,
      ...(contract !== undefined && { contract }),
      sha256: digest,
    };
    const { signingKey } = options;
    return {
      version: id,
      sdl,
      etag: `"${id}-${digest.slice(0, 32)}"`,
      signature: signingKey && (await sign(signingKey, 'supergraph+jws', claims)),
    };
  }

  async function version(graph: Graph, id: number, variant: Variant): Promise<Delivered | undefined> {
    if (id < 1 || id > 2 ** 31 - 1) return undefined;
    const key = JSON.stringify([graph.id, id, variant.contract, variant.accessRules]);
    const kept = ready.get(key);
    if (kept) return kept;
    const made =
      making.get(key) ??
      make(graph, id, variant)
        .then((one) => {
          if (one) ready.set(key, one);
          return one;
        })
        .finally(() => making.delete(key));
    making.set(key, made);
    return made;
  }

  return {
    head: async (graph, variant) => version(graph, await headOf(graph), variant),
    version,
    published(graph, id) {
      const head = heads.get(graph.id);
      if (head) head.id = Math.max(head.id, id);
    },
  };
}

function isVariant({ accessRules, contract }: Variant): boolean {
  return contract !== undefined || accessRules === 'strip';
}
