import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isOfStore, requireBaseline, requireTracked, resolveBaseline } from '../against/resolve.ts';
import { type CheckInput, check } from '../check.ts';
import { deprecatedSince } from '../changes/deprecated-since.ts';
import { requireKnownNames } from '../config/known-names.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { readOperations } from '../documents/read.ts';
import { badInput, exitCodes } from '../refusal.ts';
import { fileStore } from '../store/file-store.ts';
import { type Output, parseOutput, renderers } from '../render/index.ts';
import type { Report } from '../report.ts';
import { type StepName, stepNames } from '../steps/step.ts';
import type { Store } from '../store/store.ts';
import { parseUsageFile } from '../usage/usage-file.ts';
import { type CandidateOptions, candidateEdit, storeEdit } from '../workspace/candidate.ts';
import { diskFiles } from '../workspace/files.ts';
import { say, writeOutput } from './io.ts';
import { openSideStore, openStore } from './open-store.ts';

export type CheckOptions = CandidateOptions & {
  config?: string;
  store?: string;
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
  const edit = (isOfStore(against) ? storeEdit : candidateEdit)(options, loaded);
  const store = await openSideStore(loaded, options.store);
  const baseline = requireBaseline(
    await resolveBaseline(against, loaded, () => openStore(loaded, options.store)),
    options.allowNoBaseline ?? false,
  );
  const known = baseline.status === 'found' ? baseline.subgraphs : [];
  const candidate = edit(known);
  if (!isOfStore(against) && options.subgraph.length === 0) requireTracked(candidate, baseline, loaded.root);
  const report = await check({
    ...(await surroundings(loaded, store, options)),
    candidate,
    baseline,
    deleted: options.delete,
    require: required,
    nowMs: Date.now(),
  });
  for (const output of outputs) emit(output, report);
  say(`Checked in ${((performance.now() - startMs) / 1000).toFixed(2)} s.`);
  return report.verdict === 'passed' ? exitCodes.passed : exitCodes.failed;
}

/** What a check reads besides the schemas: usage, documents, approvals, history. */
export async function surroundings(
  loaded: LoadedConfig,
  store: Store,
  options: { context?: string; usage?: string; approvals?: string },
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
    usageFiles: usageFile ? [parseUsageFile(readUsage(usageFile), usageFile)] : await store.usage(),
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

function emit({ format, file }: Output, report: Report): void {
  const text = renderers[format](report);
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
