import type { RegistryDatabase, RegistryTransaction } from '@murmuration/prisma/registry';
import { couldNotRun, type KeptOperation, type TrustRequest } from '@murmuration/registry/wire';
import { bytesOf, hashOf, keepContents, readContents } from '../store/contents.ts';
import { otherClient } from '../usage/contract.ts';
import { isCovered } from '../usage/reported.ts';

export const trustedLimits = {
  /** Versions of apps of one graph. */
  manifests: 500,
  /** Characters of all of them together. */
  characters: 32 * 1024 * 1024,
  /** Days in which an app's version must have sent nothing before it may be retired. */
  unusedDays: 30,
  /** For a manifest to be kept; most of it waits for others of the same graph. */
  transactionMs: 25_000,
} as const;

export interface ListedManifest {
  app: string;
  version: string;
  documents: number;
  by: string;
  at: Date;
  /** As reported in the days that usage is kept for. */
  lastUsedAt: Date | null;
}

type Documents = Record<string, string>;
type KeptManifest = { app: string; version: string; hash: string };

/** Every version of an app whose documents are trusted. */
export function listManifests(database: RegistryDatabase, graphId: number): Promise<ListedManifest[]> {
  return database.$queryRaw<ListedManifest[]>`
    SELECT app, version, documents, by, at,
      (SELECT max(u.last_at) FROM usage_client c JOIN usage_count u ON u.client_id = c.id
        WHERE c.graph_id = m.graph_id AND c.name = m.app AND c.version = m.version) AS "lastUsedAt"
    FROM trusted_manifest m WHERE graph_id = ${graphId} ORDER BY app, version`;
}

/** Which documents are trusted. */
export interface TrustedRevision {
  /** Counts up with every manifest that comes or goes. */
  version: number;
  /** Of what the manifests are: a registry that was set back counts again from where it was, to something else. */
  hash: string;
}

/** Says it without reading any of them. */
export async function trustedRevision(database: RegistryDatabase, graphId: number): Promise<TrustedRevision> {
  return revisionOf(await versionedManifests(database, graphId));
}

/** What gateways get: `{ "<id>": "<text>" }` of all versions of all apps, as JSON. */
export async function trustedDocuments(
  database: RegistryDatabase,
  graphId: number,
): Promise<TrustedRevision & { text: string }> {
  const versioned = await versionedManifests(database, graphId);
  const all = await readManifests(database, versioned.manifests);
  const documents = Object.assign({}, ...all.map((one) => one.documents)) as Documents;
  return { ...revisionOf(versioned), text: JSON.stringify(documents) };
}

/** The same for checks, each document once, with the first app's version that has it as its place. */
export async function trustedOperations(
  database: RegistryDatabase,
  graphId: number,
): Promise<KeptOperation[]> {
  const all = await readManifests(database, await keptManifests(database, graphId));
  const operations = new Map<string, KeptOperation>();
  for (const { app, documents, version } of all)
    for (const [id, text] of Object.entries(documents)) {
      const name = /\b(?:query|mutation|subscription)\s+(\w+)/.exec(text)?.[1] ?? 'anonymous';
      if (!operations.has(id)) operations.set(id, { name, id, file: `${app}@${version}`, line: 1, text });
    }
  return [...operations.values()];
}

/**
 * Trusts the documents of one version of an app. What it was built with never changes, so another manifest under its name is refused,
 * and so is an id that means something else elsewhere.
 * @throws a refusal
 */
export async function trustManifest(
  database: RegistryDatabase,
  graphId: number,
  { app, by, documents, version }: TrustRequest,
): Promise<'trusted' | 'unchanged'> {
  const sorted = Object.fromEntries(
    Object.entries(documents).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
  const text = JSON.stringify(sorted);
  return database.$transaction(
    async (transaction) => {
      // One after the other, so that two together cannot pass what one may not.
      await transaction.$queryRaw`SELECT id FROM graph WHERE id = ${graphId} FOR UPDATE`;
      const manifests = await keptManifests(transaction, graphId);
      const own = manifests.find((one) => one.app === app && one.version === version);
      if (own?.hash === hashOf(text)) return 'unchanged';
      if (own)
        throw couldNotRun(`${app}@${version} has other documents already; a new build has a new version.`);
      if (manifests.length >= trustedLimits.manifests)
        throw couldNotRun(`There are ${manifests.length} versions of apps: retire some that nobody uses.`);
      const all = await readManifests(transaction, manifests);
      refuseOtherMeaning(sorted, all);
      const length = all.reduce((sum, one) => sum + one.length, text.length);
      if (length > trustedLimits.characters)
        throw couldNotRun('The trusted documents would be too many: retire versions that nobody uses.');
      await keepContents(transaction, [text]);
      await transaction.$executeRaw`INSERT INTO trusted_manifest (graph_id, app, version, documents_hash, documents, by)
        VALUES (${graphId}, ${app}, ${version}, ${bytesOf(hashOf(text))}, ${Object.keys(sorted).length}, ${by})`;
      await countUp(transaction, graphId);
      return 'trusted';
    },
    { timeout: trustedLimits.transactionMs, maxWait: trustedLimits.transactionMs },
  );
}

/**
 * Trusts the documents of one version of an app no more.
 * @returns whether it was there
 * @throws a refusal unless nobody used it for {@link trustedLimits.unusedDays} days, or `force`
 */
export async function retireManifest(
  database: RegistryDatabase,
  graphId: number,
  { app, force, version }: { app: string; version: string; force: boolean },
): Promise<boolean> {
  const key = { graphId, app, version };
  const found = await database.trustedManifest.findUnique({ where: { graphId_app_version: key } });
  if (!found) return false;
  const because = force ? undefined : await whyInUse(database, graphId, { app, version, at: found.at });
  if (because !== undefined) throw couldNotRun(`${app}@${version} is not retired: ${because}`);
  return database.$transaction(async (transaction) => {
    await countUp(transaction, graphId);
    return (await transaction.trustedManifest.deleteMany({ where: key })).count > 0;
  });
}

/** Holds the graph's row, so that versions are as many as there were changes. */
async function countUp(transaction: RegistryTransaction, graphId: number): Promise<void> {
  await transaction.$executeRaw`UPDATE graph SET trusted_version = trusted_version + 1 WHERE id = ${graphId}`;
}

async function whyInUse(
  database: RegistryDatabase,
  graphId: number,
  { app, at, version }: { app: string; version: string; at: Date },
): Promise<string | undefined> {
  const days = trustedLimits.unusedDays;
  // Clients beyond the limit are counted as one, which may be this one too.
  const [use] = await database.$queryRaw<
    { own: number; others: number; last: Date | null; isNew: boolean }[]
  >`
    SELECT coalesce(sum(u.count) FILTER (WHERE c.name = ${app} AND c.version = ${version}), 0)::float8 AS own,
      coalesce(sum(u.count) FILTER (WHERE c.name = ${otherClient.name} AND c.version = ''), 0)::float8 AS others,
      max(u.last_at) FILTER (WHERE c.name = ${app} AND c.version = ${version}) AS last,
      ${at}::timestamptz > now() - make_interval(days => ${days}::int) AS "isNew"
    FROM usage_count u JOIN usage_client c ON c.id = u.client_id
    WHERE u.graph_id = ${graphId} AND u.day >= (now() AT TIME ZONE 'UTC')::date - ${days}::int`;
  if (use?.last)
    return `it sent ${use.own} calls in the last ${days} days, the last at ${use.last.toISOString()}.`;
  if (use?.isNew) return `it is trusted for less than ${days} days, and may be on its way to people.`;
  if ((use?.others ?? 0) > 0 || !(await isCovered(database, graphId, days)))
    return `not everything that was sent in the last ${days} days is known, and unknown is not unused.`;
  return undefined;
}

type Versioned = { version: number; manifests: KeptManifest[] };

/** In one statement, for both have to be of the same moment. */
async function versionedManifests(database: RegistryDatabase, graphId: number): Promise<Versioned> {
  const [found] = await database.$queryRaw<Versioned[]>`
    SELECT trusted_version AS version, coalesce((SELECT
      jsonb_agg(jsonb_build_object('app', app, 'version', version, 'hash', encode(documents_hash, 'hex')) ORDER BY app, version)
      FROM trusted_manifest WHERE graph_id = graph.id), '[]') AS manifests
    FROM graph WHERE id = ${graphId}`;
  if (!found) throw couldNotRun('The graph is gone.');
  return found;
}

function revisionOf({ manifests, version }: Versioned): TrustedRevision {
  return {
    version,
    hash: hashOf(JSON.stringify(manifests.map(({ app, hash, version: of }) => [app, of, hash]))),
  };
}

function keptManifests(database: RegistryTransaction, graphId: number): Promise<KeptManifest[]> {
  return database.$queryRaw<KeptManifest[]>`SELECT app, version, encode(documents_hash, 'hex') AS hash
    FROM trusted_manifest WHERE graph_id = ${graphId} ORDER BY app, version`;
}

async function readManifests(database: RegistryTransaction, manifests: readonly KeptManifest[]) {
  const texts = await readContents(
    database,
    manifests.map(({ hash }) => hash),
  );
  return manifests.map(({ app, hash, version }) => {
    const text = texts.get(hash) ?? '{}';
    return { app, version, documents: JSON.parse(text) as Documents, length: text.length };
  });
}

function refuseOtherMeaning(
  documents: Documents,
  others: readonly { app: string; version: string; documents: Documents }[],
): void {
  for (const other of others)
    for (const [id, text] of Object.entries(documents))
      if (Object.hasOwn(other.documents, id) && other.documents[id] !== text)
        throw couldNotRun(`The id ${id} means another document in ${other.app}@${other.version}.`);
}
