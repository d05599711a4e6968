import type { RegistryDatabase } from '@murmuration/prisma/registry';
import {
  applyToStore,
  badInput,
  type ComposeBaseline,
  type ComposeCandidate,
  check,
  compareGraphs,
  composeContract,
  couldNotRun,
  deprecatedSince,
  fromSupergraph,
  parseSubgraph,
  publish,
  requireKnownNames,
  parseText,
  restoreOperation,
  type StoredOperation,
  validateOperations,
  versionBaseline,
  withoutAccessRules,
} from '@murmuration/registry/server';
import type {
  Publication,
  ReadCheckRequest,
  ReadPublishRequest,
  ReadRollbackRequest,
  Report,
  Store,
  TrustRequest,
  UsageFile,
  Version,
} from '@murmuration/registry/wire';
import { Kind } from 'graphql';
import { explore } from '../explore/explore.ts';
import { postgresStore } from '../store/postgres-store.ts';
import { trustedDocuments, trustedOperations, trustManifest } from '../trusted/manifests.ts';
import { isCovered, nowMs } from '../usage/reported.ts';
import type { Answers, Job } from './jobs.ts';

/**
 * Does one job. Refuses what the command line would refuse, with its exit code, and to append what nobody waits for any more:
 * whoever gave up may long have published something else.
 */
export async function doJob(
  database: RegistryDatabase,
  job: Job,
  { isGone, ...composing }: Composing & { isGone: () => boolean },
): Promise<Answers[Job['kind']]> {
  const kept = postgresStore(database, job.graphId);
  const store: Store = {
    ...kept,
    async append(expectedHead, version) {
      if (isGone()) throw couldNotRun('Whoever published this does not wait any more.');
      return kept.append(expectedHead, version);
    },
  };
  const means = async (): Promise<Means> => ({
    ...composing,
    trusted: (await trustedOperations(database, job.graphId)).map(restoreOperation),
    nowMs: await nowMs(database),
  });
  switch (job.kind) {
    case 'check':
      refuseLong(job.request.edit, job.sdlBytes);
      return runCheck(store, job.request, await means());
    case 'publish':
      refuseLong(job.request.edit, job.sdlBytes);
      return runPublish(store, job.request, await means());
    case 'rollBack':
      return runRollback(store, job.request, await means());
    case 'variant': {
      const { accessRules, contract } = job.variant;
      const supergraph = await supergraphOf(store, job.version, contract);
      return supergraph !== undefined && accessRules === 'strip'
        ? withoutAccessRules(supergraph)
        : supergraph;
    }
    case 'usage':
      return writeUsage(await store.usage(job.days));
    case 'trust':
      refuseInvalid(job.request, await store.head());
      if (isGone()) throw couldNotRun('Whoever published this does not wait any more.');
      return trustManifest(database, job.graphId, job.request);
    case 'trusted':
      return trustedDocuments(database, job.graphId);
    case 'compare':
      return compareVersions(store, job.from, job.to);
    case 'explore': {
      const head = await store.head();
      if (head === undefined) return undefined;
      const isKnown = await isCovered(database, job.graphId, job.days);
      return explore(head, await store.usage(job.days), { days: job.days, isKnown });
    }
    default:
      return job satisfies never;
  }
}

export const usageAnswerLimits = {
  /** Characters of all usage files of one answer. */
  characters: 128 * 1024 * 1024,
} as const;

function writeUsage(files: readonly UsageFile[]): string {
  const parts: string[] = [];
  let length = 0;
  // A text that many clients send is written for each of them.
  for (const { operations, ...file } of files) {
    const written = operations.map((operation) => {
      const text = JSON.stringify(operation);
      if ((length += text.length) > usageAnswerLimits.characters)
        throw couldNotRun('There is more usage than one answer may have: ask for fewer days.');
      return text;
    });
    parts.push(`${JSON.stringify(file).slice(0, -1)},"operations":[${written.join(',')}]}`);
  }
  return `[${parts.join(',')}]`;
}

/** What checks compose with, which may have it ready. */
export type Composing = { composeBaseline: ComposeBaseline; composeCandidate: ComposeCandidate };

type Means = Composing & {
  /** What apps were built with: a change that refuses it breaks them, whatever was reported. */
  trusted: StoredOperation[];
  nowMs: number;
};

async function runCheck(store: Store, request: ReadCheckRequest, means: Means): Promise<Report> {
  const { against, allowNoBaseline, edit } = request;
  const version = against === 'head' ? await store.head() : await store.version(Number(against.slice(8)));
  if (version === undefined && against !== 'head') throw badInput(`There is no ${against} in the store.`);
  if (version === undefined && !allowNoBaseline)
    throw couldNotRun(
      'There is nothing to compare with: nothing has been published yet. If this is the first time, say --allow-no-baseline; changes are not judged then.',
    );
  return check({
    ...(await judgedBy(store, request)),
    candidate: applyToStore(edit, version?.subgraphs ?? []),
    baseline: version
      ? versionBaseline(version)
      : { status: 'absent', label: 'head', because: 'nothing has been published yet' },
    operations: request.operations?.map(restoreOperation),
    deleted: edit.kind === 'some' ? edit.deleted : [],
    require: request.require,
    ...means,
  });
}

async function runPublish(store: Store, request: ReadPublishRequest, means: Means): Promise<Publication> {
  const { by, edit, init, message } = request;
  const head = init ? await store.head() : undefined;
  if (head) throw badInput(`The store has version ${head.id} already; leave out --init.`);
  return publish(store, {
    by,
    message,
    init,
    nowMs: means.nowMs,
    next: (known) => applyToStore(edit, known),
    deleted: edit.kind === 'some' ? edit.deleted : [],
    checkWith: {
      ...(await judgedBy(store, request)),
      operations: request.operations?.map(restoreOperation),
      ...means,
    },
  });
}

async function runRollback(
  store: Store,
  request: ReadRollbackRequest,
  means: Means,
): Promise<Publication | undefined> {
  const { by, force, id, message } = request;
  const target = await store.version(id);
  if (target === undefined) return undefined;
  const head = await store.head();
  const judged = await judgedBy(store, request);
  const contracts = target.contracts ?? request.config.contracts;
  return publish(store, {
    by,
    message,
    force,
    equalTo: target.id,
    nowMs: means.nowMs,
    next: () => target.subgraphs,
    checkWith: {
      ...judged,
      config: { ...judged.config, contracts },
      operations: head?.operations?.map(restoreOperation),
      ...means,
    },
  });
}

/** Each must be one operation that the head takes; its id alone is sent, so nobody would find out before people do. */
function refuseInvalid({ documents }: TrustRequest, head: Version | undefined): void {
  if (head === undefined)
    throw couldNotRun('Nothing has been published yet that documents could be held against.');
  const { apiSchema } = fromSupergraph(head.supergraphSdl);
  const operations = Object.entries(documents).map(([id, text]): StoredOperation => {
    const document = parseText(text, id);
    const kinds = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    if (kinds.length !== 1) throw badInput(`The document ${id} is not one operation.`);
    return { name: id, id, file: id, line: 1, document };
  });
  const problems = validateOperations(operations, apiSchema, undefined).slice(0, 20);
  if (problems.length > 0)
    throw badInput(
      problems
        .map(({ id, message }) => `${id}: ${message}`)
        .join('\n')
        .slice(0, 4_000),
    );
}

/** What the server knows beside the schemas, unless the request brings its own. */
async function judgedBy(store: Store, request: ReadPublishRequest | ReadCheckRequest | ReadRollbackRequest) {
  const { approvals, config, context, usage } = request;
  requireKnownNames(config);
  return {
    config,
    context,
    usageFiles: usage ? [usage] : await store.usage(config.usage.windowDays),
    approvals: approvals ?? (context ? await store.approvals(context) : []),
    deprecatedSince: deprecatedSince(store),
  };
}

function refuseLong(edit: ReadPublishRequest['edit'], sdlBytes: number): void {
  const given = edit.kind === 'whole' ? edit.subgraphs : edit.given;
  const long = given.find(({ sdl }) => sdl.length > sdlBytes);
  if (long) throw badInput(`The SDL of ${long.name} has more than ${sdlBytes} bytes.`);
}

async function supergraphOf(store: Store, id: number, name: string | undefined): Promise<string | undefined> {
  const version = await store.version(id);
  if (name === undefined) return version?.supergraphSdl;
  const { contracts } = version ?? {};
  const filter = contracts && Object.hasOwn(contracts, name) ? contracts[name] : undefined;
  if (version === undefined || filter === undefined) return undefined;
  const parsed = version.subgraphs
    .map(parseSubgraph)
    .flatMap((one) => (one.status === 'parsed' ? one.subgraph : []));
  const composition = composeContract(parsed, filter);
  if (composition.status === 'composed') return composition.supergraphSdl;
  throw couldNotRun(`The contract ${name} of version ${id} does not compose.`);
}

async function compareVersions(store: Store, from: number, to: number): Promise<Answers['compare']> {
  const [before, after] = await Promise.all([store.version(from), store.version(to)]);
  if (before === undefined || after === undefined) return undefined;
  const changes = await compareGraphs(
    fromSupergraph(before.supergraphSdl),
    fromSupergraph(after.supergraphSdl),
  );
  return changes.map(({ coordinate, level, message, type }) => ({ coordinate, level, message, type }));
}
