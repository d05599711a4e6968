import type { Change } from './changes/change.ts';
import type { DeprecatedSince } from './changes/deprecated-since.ts';
import { isRemoval } from './changes/deprecation.ts';
import { diffSchemas } from './changes/diff-schemas.ts';
import { subgraphSchema } from './changes/subgraph-schema.ts';
import { type Composition, composeParsed, composeSubgraphs, fromSupergraph } from './compose.ts';
import { type ParsedSubgraph, parseSubgraph } from './composition/parse-subgraph.ts';
import type { Subgraph } from './composition/subgraph.ts';
import type { Config } from './config/schema.ts';
import type { StoredOperation } from './documents/read.ts';
import type { Report } from './report.ts';
import { buildStep } from './steps/build.ts';
import { changesStep, type Side } from './steps/changes.ts';
import { compositionStep } from './steps/composition.ts';
import { composeContracts, contractsStep } from './steps/contracts.ts';
import { documentsStep } from './steps/documents.ts';
import { lintStep } from './steps/lint.ts';
import { policyStep } from './steps/policy.ts';
import { type StepName, type StepReport, skipped, stepNames } from './steps/step.ts';
import { usageStep } from './steps/usage.ts';
import type { Approval } from './store/store.ts';
import { usageFrom } from './usage/load.ts';
import type { UsageFile } from './usage/usage-file.ts';

/** What a candidate is compared with. */
export type Baseline =
  | { status: 'found'; label: string; subgraphs: Subgraph[]; supergraphSdl?: string }
  | { status: 'absent'; label: string; because: string };

/** Everything a check needs; reading it from disk, git or a store is the caller's. */
export type CheckInput = {
  config: Config;
  candidate: readonly Subgraph[];
  baseline: Baseline;
  usageFiles: readonly UsageFile[];
  operations?: readonly StoredOperation[] | undefined;
  approvals?: readonly Approval[] | undefined;
  context?: string | undefined;
  deprecatedSince?: DeprecatedSince | undefined;
  nowMs: number;
};

/** Runs the steps of a check in order; a step whose ground is missing is skipped and says why. */
export async function check(input: CheckInput): Promise<Report> {
  return (await checkAndCompose(input)).report;
}

/** The same, with what was composed on the way, for whoever publishes it. */
export async function checkAndCompose(
  input: CheckInput,
): Promise<{ report: Report; composition?: Composed }> {
  const before = input.baseline.status === 'found' ? input.baseline.subgraphs : [];
  const changed = changedNames(before, input.candidate);
  const report = startReport(input, changed);
  if (input.baseline.status === 'found' && changed.length === 0) return { report: unchanged(input, report) };

  const build = buildStep(input.candidate, new Set(changed));
  const steps = [build.report];
  if (build.errors.length > 0)
    return {
      report: finish({ ...report, compositionErrors: build.errors }, steps, 'a subgraph is not valid'),
    };

  const composed = compositionStep(build.parsed);
  steps.push(composed.report);
  const composition = composed.composition;
  if (composition.status === 'failed')
    return {
      report: finish({ ...report, compositionErrors: composition.errors }, steps, 'composition failed'),
    };

  const contracts = contractsStep(build.parsed, input.config.contracts);
  steps.push(contracts.report);
  const after = { parsed: build.parsed, composition, contracts: contracts.contracts };
  const baseline = baselineSide(input, before);

  const judged = await judgeChanges(input, baseline, after);
  const documents = documentsStep(input.operations, composition, baseline.side?.composition);
  const changedParsed = build.parsed.filter(({ name }) => changed.includes(name));
  const lint = lintStep(changedParsed, baseline.side?.parsed, input.config.lint);
  steps.push(...judged.steps, documents.report, lint.report, judged.policy);
  const finished = finish(
    {
      ...report,
      compositionErrors: contracts.errors,
      changes: judged.changes,
      subgraphChanges: await insideSubgraphs(baseline.side?.parsed ?? [], changedParsed),
      documents: documents.problems,
      lint: lint.findings,
    },
    steps,
    'an earlier step failed',
  );
  return { report: finished, composition };
}

/** Operations change without the schema, so they are looked at all the same. */
function unchanged({ candidate, operations = [] }: CheckInput, report: Report): Report {
  const because = 'the schema is the same as the baseline';
  const composition = operations.length > 0 ? composeSubgraphs(candidate) : undefined;
  if (composition?.status !== 'composed') return finish({ ...report, unchanged: true }, [], because);
  const documents = documentsStep(operations, composition, composition);
  return finish({ ...report, unchanged: true, documents: documents.problems }, [documents.report], because);
}

type Composed = Composition & { status: 'composed' };

type BaselineSide = { side?: Side & { composition: Composed }; because: string };

function baselineSide({ baseline, config }: CheckInput, subgraphs: readonly Subgraph[]): BaselineSide {
  if (baseline.status === 'absent') return { because: baseline.because };
  const results = subgraphs.map(parseSubgraph);
  const parsed = results.flatMap((result) => (result.status === 'parsed' ? result.subgraph : []));
  const composition = baseline.supergraphSdl ? fromSupergraph(baseline.supergraphSdl) : composeParsed(parsed);
  if (parsed.length < subgraphs.length || composition.status === 'failed')
    return { because: `the baseline (${baseline.label}) does not compose itself` };
  return {
    side: { parsed, composition, contracts: composeContracts(parsed, config.contracts) },
    because: '',
  };
}

async function judgeChanges(input: CheckInput, { side, because }: BaselineSide, after: Side) {
  if (side === undefined)
    return {
      steps: [skipped('changes', because), skipped('usage', because)],
      policy: skipped('policy', because),
      changes: [],
    };
  const { config } = input;
  const { report, changes } = await changesStep(side, after);
  const window = { nowMs: input.nowMs, days: config.usage.windowDays };
  const usage = usageStep(
    changes,
    usageFrom(input.usageFiles, side.composition.apiSchema, window),
    config.usage,
  );
  const policy = policyStep(changes, {
    config: config.policy,
    verdicts: usage.verdicts,
    approvals: input.approvals ?? [],
    deprecations: {
      baseline: side.composition.apiSchema,
      since: await sinceWhen(changes, input.deprecatedSince),
      graceDays: config.policy.deprecation.graceDays,
      nowMs: input.nowMs,
    },
  });
  return { steps: [report, usage.report], policy: policy.report, changes: policy.changes };
}

async function sinceWhen(changes: readonly Change[], ask?: DeprecatedSince): Promise<Map<string, string>> {
  const since = new Map<string, string>();
  for (const change of changes.filter(isRemoval)) {
    const at = await ask?.(change.coordinate);
    if (at !== undefined) since.set(change.coordinate, at);
  }
  return since;
}

async function insideSubgraphs(
  before: readonly ParsedSubgraph[],
  changed: readonly ParsedSubgraph[],
): Promise<Record<string, Change[]>> {
  const entries = await Promise.all(
    changed.map(async ({ name, typeDefs }) => {
      const old = before.find((one) => one.name === name);
      const changes = old ? await diffSchemas(subgraphSchema(old.typeDefs), subgraphSchema(typeDefs)) : [];
      return [name, changes] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** Names whose SDL differs, was added or was removed. The URL is routing, not schema. */
export function changedNames(before: readonly Subgraph[], after: readonly Subgraph[]): string[] {
  const old = new Map(before.map(({ name, sdl }) => [name, sdl]));
  const now = new Map(after.map(({ name, sdl }) => [name, sdl]));
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((name) => old.get(name) !== now.get(name))
    .sort();
}

function startReport({ baseline, context }: CheckInput, changed: string[]): Report {
  return { ...emptyReport(baseline.label), changed, ...(context === undefined ? {} : { context }) };
}

/** A report in which nothing has happened yet. */
export function emptyReport(against: string): Report {
  return {
    version: 1,
    verdict: 'passed',
    against,
    changed: [],
    unchanged: false,
    steps: [],
    compositionErrors: [],
    changes: [],
    subgraphChanges: {},
    documents: [],
    lint: [],
  };
}

/** Fills in the steps that did not run and draws the one verdict. */
function finish(report: Report, ran: readonly StepReport[], because: string): Report {
  const byName = new Map<StepName, StepReport>(ran.map((step) => [step.name, step]));
  const steps = stepNames.map((name) => byName.get(name) ?? skipped(name, because));
  const failed = steps.some(({ status }) => status === 'failed');
  return { ...report, steps, verdict: failed ? 'failed' : 'passed' };
}
