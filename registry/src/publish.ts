import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { versionBaseline } from './baseline.ts';
import { type CheckInput, changedNames, checkAndCompose } from './check.ts';
import { composeSubgraphs } from './compose.ts';
import { withoutAccessRules } from './composition/without-access-rules.ts';
import type { Subgraph } from './composition/subgraph.ts';
import type { Config } from './config/schema.ts';
import { isSameOperations, keepOperation } from './documents/kept.ts';
import { couldNotRun } from './refusal.ts';
import type { Report } from './report.ts';
import type { Store, Version } from './store/store.ts';

/** What a publisher wants: how to turn the head into what should come next. */
export type PublishRequest = {
  by: string;
  message: string;
  nowMs: number;
  /** Applied to the head anew at every try, so that nobody else's publication is lost. */
  next(head: readonly Subgraph[]): Subgraph[];
  /** Settings of the check that a publication must pass. */
  checkWith: Omit<CheckInput, 'candidate' | 'baseline' | 'nowMs'>;
  equalTo?: number;
  /** Subgraphs that somebody asked to delete. */
  deleted?: readonly string[];
  /** Whether the store may be one that has no version yet; else that is a mistyped store. */
  init?: boolean;
  /** Publishes although the check fails, for a rollback in an emergency; composition must hold. */
  force?: boolean;
};

export type Publication =
  | { status: 'published'; id: number; report: Report }
  | { status: 'unchanged'; id: number }
  | { status: 'refused'; report: Report };

type Promised = Pick<Version, 'operations'> & { contracts: Config['contracts'] };

const tries = 50;

/**
 * Publishes by compare-and-set. Publishing what is there already makes no version; a lost race is
 * checked again on top of the winner's version, since two changes that are fine alone may not fit.
 */
export async function publish(store: Store, request: PublishRequest): Promise<Publication> {
  const { config, operations } = request.checkWith;
  const promised = { contracts: config.contracts, operations: operations?.map(keepOperation) };
  for (let attempt = 1; attempt <= tries; attempt++) {
    const head = await store.head();
    if (head === undefined && !request.init)
      throw couldNotRun(
        'Nothing has been published to this store yet. The first publication says so: --init.',
      );
    const candidate = request.next(head?.subgraphs ?? []);
    if (head && isPublished(head, candidate, promised)) return { status: 'unchanged', id: head.id };
    const { report, composition } = await checkAndCompose({
      ...request.checkWith,
      candidate,
      deleted: request.deleted,
      nowMs: request.nowMs,
      baseline: head
        ? versionBaseline(head)
        : { status: 'absent', label: 'head', because: 'nothing has been published yet' },
    });
    if (report.verdict === 'failed' && !(request.force && report.compositionErrors.length === 0))
      return { status: 'refused', report };
    const result = await store.append(head?.id ?? 0, {
      at: new Date(request.nowMs).toISOString(),
      by: request.by,
      message: request.message,
      equalTo: request.equalTo,
      subgraphs: candidate,
      ...promised,
      // Routing alone may have changed; then the check had nothing to compose.
      supergraphSdl: deliveredBy(config, composition?.supergraphSdl ?? supergraphOf(candidate)),
    });
    if (result.status === 'published') return { status: 'published', id: result.id, report };
    if (result.status === 'frozen')
      throw couldNotRun(
        `The store is frozen since ${result.freeze.at} by ${result.freeze.by}: ${result.freeze.reason}`,
      );
    await sleep(Math.random() * 5 * attempt);
  }
  throw couldNotRun(`Somebody else published first ${tries} times in a row; try again.`);
}

/** What gateways get; checks compose anew from the subgraphs, which say who may ask. */
function deliveredBy({ compose }: Config, supergraphSdl: string): string {
  return compose.accessRules === 'strip' ? withoutAccessRules(supergraphSdl) : supergraphSdl;
}

/**
 * Whether a candidate is what is there. A changed URL alone is a new version too, for the supergraph differs; so are other contracts or
 * operations.
 */
function isPublished(head: Version, candidate: readonly Subgraph[], promised: Promised): boolean {
  const urls = (all: readonly Subgraph[]) =>
    JSON.stringify(all.map(({ name, url }) => [name, url ?? '']).sort());
  return (
    changedNames(head.subgraphs, candidate).length === 0 &&
    urls(head.subgraphs) === urls(candidate) &&
    isDeepStrictEqual(head.contracts ?? {}, promised.contracts) &&
    isSameOperations(head.operations, promised.operations)
  );
}

function supergraphOf(candidate: readonly Subgraph[]): string {
  const composition = composeSubgraphs(candidate);
  if (composition.status === 'failed')
    throw couldNotRun(`The candidate does not compose: ${composition.errors[0]?.message ?? ''}`);
  return composition.supergraphSdl;
}
