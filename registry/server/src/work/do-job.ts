import type { RegistryDatabase } from '@murmuration/prisma/registry';
import {
  applyToStore,
  badInput,
  check,
  compareGraphs,
  composeContract,
  couldNotRun,
  deprecatedSince,
  fromSupergraph,
  parseSubgraph,
  publish,
  requireKnownNames,
  restoreOperation,
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
} from '@murmuration/registry/wire';
import { explore } from '../explore/explore.ts';
import { postgresStore } from '../store/postgres-store.ts';
import { knownSpans } from '../usage/reported.ts';
import type { Answers, Job } from './jobs.ts';

/** Does one job. Refuses what the command line would refuse, with its exit code. */
export async function doJob(database: RegistryDatabase, job: Job): Promise<Answers[Job['kind']]> {
  const store = postgresStore(database, job.graphId);
  switch (job.kind) {
    case 'check':
      return runCheck(store, job.request, job.sdlBytes);
    case 'publish':
      return runPublish(store, job.request, job.sdlBytes);
    case 'rollBack':
      return runRollback(store, job.request);
    case 'variant': {
      const { accessRules, contract } = job.variant;
      const supergraph = await supergraphOf(store, job.version, contract);
      return supergraph !== undefined && accessRules === 'strip'
        ? withoutAccessRules(supergraph)
        : supergraph;
    }
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

async function runCheck(store: Store, request: ReadCheckRequest, sdlBytes: number): Promise<Report> {
  const { against, allowNoBaseline, edit } = request;
  refuseLong(edit, sdlBytes);
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
    nowMs: Date.now(),
  });
}

async function runPublish(store: Store, request: ReadPublishRequest, sdlBytes: number): Promise<Publication> {
  const { by, edit, init, message } = request;
  refuseLong(edit, sdlBytes);
  const head = init ? await store.head() : undefined;
  if (head) throw badInput(`The store has version ${head.id} already; leave out --init.`);
  return publish(store, {
    by,
    message,
    init,
    nowMs: Date.now(),
    next: (known) => applyToStore(edit, known),
    deleted: edit.kind === 'some' ? edit.deleted : [],
    checkWith: {
      ...(await judgedBy(store, request)),
      operations: request.operations?.map(restoreOperation),
    },
  });
}

async function runRollback(store: Store, request: ReadRollbackRequest): Promise<Publication | undefined> {
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
    nowMs: Date.now(),
    next: () => target.subgraphs,
    checkWith: {
      ...judged,
      config: { ...judged.config, contracts },
      operations: head?.operations?.map(restoreOperation),
    },
  });
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

/** As a check sees it: a day of the window may be missing. */
async function isCovered(database: RegistryDatabase, graphId: number, days: number): Promise<boolean> {
  const dayMs = 86_400_000;
  let coveredMs = Date.now() - days * dayMs;
  for (const { firstMs, lastMs } of await knownSpans(database, graphId, days)) {
    if (firstMs - coveredMs > dayMs) return false;
    coveredMs = Math.max(coveredMs, lastMs);
  }
  return Date.now() - coveredMs <= dayMs;
}
