import { isDeepStrictEqual } from 'node:util';
import {
  type Baseline,
  type BaselineSide,
  type ComposeBaseline,
  type Composed,
  composeBaseline,
  contractsBefore,
} from './baseline.ts';
import { type ComposeCandidate, composeCandidate } from './candidate.ts';
import type { Change } from './changes/change.ts';
import type { DeprecatedSince } from './changes/deprecated-since.ts';
import { isRemoval } from './changes/deprecation.ts';
import { diffSchemas } from './changes/diff-schemas.ts';
import { subgraphSchema } from './changes/subgraph-schema.ts';
import { fromSupergraph } from './compose.ts';
import { type Hint, hintsOf } from './composition/hints.ts';
import type { ParsedSubgraph } from './composition/parse-subgraph.ts';
import type { Subgraph } from './composition/subgraph.ts';
import type { Config } from './config/schema.ts';
import type { StoredOperation } from './documents/read.ts';
import type { CheckedChange, Report } from './report.ts';
import { buildStep } from './steps/build.ts';
import { changesStep } from './steps/changes.ts';
import { documentsStep } from './steps/documents.ts';
import { lintStep } from './steps/lint.ts';
import { policyStep } from './steps/policy.ts';
import { type StepName, type StepReport, skipped } from './steps/step.ts';
import { usageStep } from './steps/usage.ts';
import type { Approval } from './store/store.ts';
import { usageFrom } from './usage/load.ts';
import type { UsageFile } from './usage/usage-file.ts';
import { finish, type Rest } from './verdict.ts';
import { namesGone } from './workspace/candidate.ts';

/** Everything a check needs; reading it from disk, git or a store is the caller's. */
export type CheckInput = {
  config: Config;
  candidate: readonly Subgraph[];
  baseline: Baseline;
  usageFiles: readonly UsageFile[];
  operations?: readonly StoredOperation[] | undefined;
  /** More of them, which are held to the schema and not kept with a version. */
  trusted?: readonly StoredOperation[] | undefined;
  approvals?: readonly Approval[] | undefined;
  context?: string | undefined;
  deprecatedSince?: DeprecatedSince | undefined;
  /** Subgraphs that somebody asked to delete: that they are gone is no surprise. */
  deleted?: readonly string[] | undefined;
  /** Steps without which the check does not pass. */
  require?: readonly StepName[] | undefined;
  /** For whoever has it ready already. */
  composeBaseline?: ComposeBaseline | undefined;
  composeCandidate?: ComposeCandidate | undefined;
  nowMs: number;
};

/**
 * Runs the steps of a check in order; a step whose ground is missing is skipped and says why.
 * Refuses (exit 2) a baseline that does not compose.
 */
export async function check(input: CheckInput): Promise<Report> {
  return (await checkAndCompose(input)).report;
}

/** The same, with what was composed on the way, for whoever publishes it. */
export async function checkAndCompose(
  input: CheckInput,
): Promise<{ report: Report; composition?: Composed }> {
  const { baseline, config, trusted = [] } = input;
  const operations = trusted.length > 0 ? [...(input.operations ?? []), ...trusted] : input.operations;
  const before = baseline.status === 'found' ? baseline.subgraphs : [];
  const changed = changedNames(before, input.candidate);
  const report = startReport(input, before, changed);
  const end = (found: Partial<Report>, steps: readonly StepReport[], rest: Rest) =>
    finish({ ...report, ...found }, steps, rest, input.require);
  const failed = (because: string): Rest => ({ because, lack: 'ground' });

  if (report.unchanged && baseline.status === 'found' && baseline.supergraphSdl !== undefined) {
    // What was published composed then; only operations change without the schema.
    const documents = documentsStep(operations, () => sameSchema(baseline.supergraphSdl ?? ''));
    return { report: end({ documents: documents.problems }, [documents.report], sameAsBaseline) };
  }

  const build = buildStep(input.candidate, new Set(changed));
  const steps = [build.report];
  if (build.errors.length > 0)
    return { report: end({ compositionErrors: build.errors }, steps, failed('a subgraph is not valid')) };

  const candidate = (input.composeCandidate ?? composeCandidate)(build.parsed, config.contracts);
  const { composition, report: composed } = candidate.whole;
  steps.push(composed);
  if (composition.status === 'failed')
    return {
      report: end({ compositionErrors: composition.errors }, steps, failed('composition failed')),
    };

  const contracts = candidate.contracts();
  steps.push(contracts.report);
  const after = { parsed: build.parsed, composition, contracts: contracts.contracts };
  if (report.unchanged) {
    const { apiSchema } = composition;
    const documents = documentsStep(operations, () => ({ after: apiSchema, before: apiSchema }));
    const found = { compositionErrors: contracts.errors, documents: documents.problems };
    return { report: end(found, [...steps, documents.report], sameAsBaseline), composition };
  }

  const makeReady = input.composeBaseline ?? composeBaseline;
  const side = baseline.status === 'found' ? makeReady(baseline, config.contracts, build.parsed) : undefined;
  const judged = side ? await judgeChanges(input, side, after) : withoutBaseline(baseline);
  const documents = documentsStep(operations, () => ({
    after: composition.apiSchema,
    before: side?.composition.apiSchema,
  }));
  const changedParsed = build.parsed.filter(({ name }) => changed.includes(name));
  const changedBefore = side?.parsed.filter(({ name }) => changed.includes(name));
  const lint = lintStep(changedParsed, changedBefore, config.lint);
  steps.push(...judged.steps, documents.report, lint.report, judged.policy);
  const found = {
    compositionErrors: contracts.errors,
    changes: judged.changes,
    subgraphChanges: await insideSubgraphs(changedBefore ?? [], changedParsed),
    documents: documents.problems,
    lint: lint.findings,
    hints: newHints(build.parsed, side?.parsed ?? []),
  };
  return { report: end(found, steps, failed('an earlier step failed')), composition };
}

function newHints(after: readonly ParsedSubgraph[], before: readonly ParsedSubgraph[]): Hint[] {
  const old = new Set(hintsOf(before).map(({ code, message }) => `${code} ${message}`));
  return hintsOf(after).filter(({ code, message }) => !old.has(`${code} ${message}`));
}

function sameSchema(supergraphSdl: string) {
  const { apiSchema } = fromSupergraph(supergraphSdl);
  return { after: apiSchema, before: apiSchema };
}

const sameAsBaseline: Rest = { because: 'the schema is the same as the baseline' };

type Judged = { steps: StepReport[]; policy: StepReport; changes: CheckedChange[] };

function withoutBaseline(baseline: Baseline): Judged {
  const because = baseline.status === 'absent' ? baseline.because : '';
  const open = (name: StepName) => skipped(name, because, 'ground');
  return { steps: [open('changes'), open('usage')], policy: open('policy'), changes: [] };
}

async function judgeChanges(input: CheckInput, side: BaselineSide, after: BaselineSide): Promise<Judged> {
  const { config } = input;
  const { report, changes } = await changesStep(side, after);
  const window = { nowMs: input.nowMs, days: config.usage.windowDays };
  const schemas = { before: side.composition.apiSchema, after: after.composition.apiSchema };
  const usage = usageStep(
    changes,
    usageFrom(input.usageFiles, schemas.before, window),
    schemas,
    config.usage,
  );
  const policy = policyStep([...usage.invalid, ...changes], {
    config: config.policy,
    verdicts: usage.verdicts,
    approvals: input.approvals ?? [],
    deprecations: {
      baseline: schemas.before,
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

function startReport(input: CheckInput, before: readonly Subgraph[], changed: string[]): Report {
  const { baseline, context, config, candidate, deleted = [] } = input;
  return {
    ...emptyReport(baseline.label),
    changed,
    gone: namesGone(before, candidate).filter((name) => !deleted.includes(name)),
    unchanged:
      baseline.status === 'found' &&
      changed.length === 0 &&
      isDeepStrictEqual(contractsBefore(baseline, config.contracts), config.contracts),
    ...(context === undefined ? {} : { context }),
  };
}

/** A report in which nothing has happened yet. */
export function emptyReport(against: string): Report {
  return {
    version: 1,
    verdict: 'passed',
    against,
    changed: [],
    gone: [],
    unchanged: false,
    steps: [],
    compositionErrors: [],
    changes: [],
    subgraphChanges: {},
    documents: [],
    lint: [],
    hints: [],
    notJudged: [],
    missed: [],
  };
}
