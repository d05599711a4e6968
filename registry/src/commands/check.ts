import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isOfStore, requireBaseline, requireTracked, resolveBaseline } from '../against/resolve.ts';
import { type CheckInput, check } from '../check.ts';
import { deprecatedSince } from '../changes/deprecated-since.ts';
import { requireKnownNames } from '../config/known-names.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { keepOperation } from '../documents/kept.ts';
import { readOperations } from '../documents/read.ts';
import { badInput, couldNotRun, exitCodes } from '../refusal.ts';
import type { RemoteClient } from '../remote/client.ts';
import type { PublishBody } from '../remote/wire.ts';
import { fileStore } from '../store/file-store.ts';
import { type Output, parseOutput, renderAll } from '../render/index.ts';
import type { Report } from '../report.ts';
import { type StepName, stepNames } from '../steps/step.ts';
import type { Store } from '../store/store.ts';
import { parseUsageFile } from '../usage/usage-file.ts';
import { type CandidateOptions, candidateEdit, readEdit, storeEdit } from '../workspace/candidate.ts';
import { diskFiles } from '../workspace/files.ts';
import { remotesOf, type StoreOptions } from '../remote/where.ts';
import { say, whoami, writeOutput } from './io.ts';
import { openSideStore, openStore } from './open-store.ts';

export type CheckOptions = CandidateOptions &
  StoreOptions & {
    against?: string;
    format: string[];
    context?: string;
    usage?: string;
    approvals?: string;
    allowNoBaseline?: boolean;
    require: string[];
  };

/** `registry check`: would this change break a client? */
export async function runCheck(options: CheckOptions): Promise<number> {
  const startMs = performance.now();
  const loaded = loadConfig(process.cwd(), options.config);
  const outputs = (options.format.length > 0 ? options.format : ['text']).map(parseOutput);
  const required = options.require.map(parseStep);
  const against = options.against ?? loaded.config.against;
  const remotes = isOfStore(against) ? remotesOf(options, loaded) : [];
  const asked = { against, required };
  const reports: Report[] = [];
  if (remotes.length === 0) reports.push(await checkHere(loaded, options, asked));
  for (const remote of remotes) {
    const report = await checkRemotely(remote, loaded, options, asked);
    const { graph } = remote.graph;
    reports.push(
      remotes.length === 1 ? report : { ...report, graph, against: `${graph}, ${report.against}` },
    );
  }
  for (const output of outputs) emit(output, reports);
  say(`Checked in ${((performance.now() - startMs) / 1000).toFixed(2)} s.`);
  const isPassed = reports.every(({ verdict }) => verdict === 'passed');
  return isPassed ? exitCodes.passed : exitCodes.failed;
}

type Asked = { against: string; required: StepName[] };

async function checkHere(
  loaded: LoadedConfig,
  options: CheckOptions,
  { against, required }: Asked,
): Promise<Report> {
  const edit = (isOfStore(against) ? storeEdit : candidateEdit)(options, loaded);
  const store = await openSideStore(loaded, options);
  const baseline = requireBaseline(
    await resolveBaseline(against, loaded, () => openStore(loaded, options)),
    options.allowNoBaseline ?? false,
  );
  const known = baseline.status === 'found' ? baseline.subgraphs : [];
  const candidate = edit(known);
  if (!isOfStore(against) && options.subgraph.length === 0) requireTracked(candidate, baseline, loaded.root);
  return check({
    ...(await surroundings(loaded, store, options)),
    candidate,
    baseline,
    deleted: options.delete,
    require: required,
    nowMs: Date.now(),
  });
}

/** The server has the head, usage and approvals, so it judges; this checkout tells what it wants and by which rules. */
async function checkRemotely(
  remote: RemoteClient,
  loaded: LoadedConfig,
  options: CheckOptions,
  { against, required }: Asked,
): Promise<Report> {
  const answer = await remote.ask<{ report: Report }>('POST', '/checks', {
    ...(await requestOf(loaded, options)),
    edit: readEdit(options, loaded),
    against,
    require: required,
    allowNoBaseline: options.allowNoBaseline ?? false,
    by: whoami(),
  });
  if (answer === undefined) throw couldNotRun('The registry gave no report.');
  return answer.report;
}

/** What a server needs of this checkout beside the schemas. */
export async function requestOf(
  loaded: LoadedConfig,
  options: SurroundingOptions,
): Promise<Pick<PublishBody, 'config' | 'operations' | 'context' | 'approvals' | 'usage'>> {
  const { config, operations, context, approvals, usageFiles } = await surroundings(
    loaded,
    nobodysStore,
    options,
  );
  return {
    config,
    operations: operations?.map(keepOperation),
    context,
    ...(options.approvals && { approvals: [...(approvals ?? [])] }),
    ...(usageFiles[0] && { usage: usageFiles[0] }),
  };
}

/** Stands for the server's, which looks into its own. */
const nobodysStore: Pick<Store, 'usage' | 'approvals' | 'versions' | 'version'> = {
  usage: async () => [],
  approvals: async () => [],
  versions: async () => [],
  version: async () => undefined,
};

export type SurroundingOptions = { context?: string; usage?: string; approvals?: string };

/** What a check reads besides the schemas: usage, documents, approvals, history. */
export async function surroundings(
  loaded: LoadedConfig,
  store: Pick<Store, 'usage' | 'approvals' | 'versions' | 'version'>,
  options: SurroundingOptions,
): Promise<Omit<CheckInput, 'candidate' | 'baseline' | 'nowMs'>> {
  const { config, root } = loaded;
  requireKnownNames(config);
  const context = options.context ?? config.context;
  // A folder of approvals begins with the first: where there is none, nothing is approved.
  const approvals = options.approvals ? fileStore(resolve(options.approvals)) : store;
  const files = diskFiles(root, config.limits.fileBytes);
  const usageFile = options.usage
    ? resolve(options.usage)
    : config.usage.file && resolve(root, config.usage.file);
  return {
    config,
    usageFiles: usageFile
      ? [parseUsageFile(readUsage(usageFile), usageFile)]
      : await store.usage(config.usage.windowDays),
    operations: config.documents.length > 0 ? readOperations(config.documents, files) : undefined,
    approvals: context ? await approvals.approvals(context) : [],
    context,
    deprecatedSince: deprecatedSince(store),
  };
}

function parseStep(name: string): StepName {
  const step = stepNames.find((known) => known === name);
  if (step === undefined) throw badInput(`Unknown step "${name}". Known: ${stepNames.join(', ')}.`);
  return step;
}

function emit({ format, file }: Output, reports: readonly Report[]): void {
  const text = renderAll(format, reports);
  if (file === undefined) process.stdout.write(text);
  else writeOutput(file, text);
}

function readUsage(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw badInput(`There is no usage file at ${file}.`);
  }
}
