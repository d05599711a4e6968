import type { Change } from './changes/change.ts';
import type { CompositionError } from './composition/subgraph.ts';
import type { Hint } from './composition/hints.ts';
import type { Severity } from './config/schema.ts';
import type { DocumentProblem } from './documents/validate.ts';
import type { Finding } from './lint/finding.ts';
import type { StepName, StepReport } from './steps/step.ts';
import type { Approval } from './store/store.ts';
import type { UsageVerdict } from './usage/join.ts';

/** A change with everything that decided about it. */
export type CheckedChange = Change & {
  usage: UsageVerdict;
  /** What the policy makes of it, usage and approvals included. */
  severity: Severity;
  /** Why the severity is not simply that of its level. */
  notes: string[];
  approval?: Approval;
};

/** The one value behind text, JSON, markdown, annotations and SARIF. Its shape is versioned. */
export type Report = {
  version: 1;
  verdict: 'passed' | 'failed';
  /** What the candidate was compared with, in words. */
  against: string;
  /** Which graph of a server, where several were asked. */
  graph?: string;
  context?: string;
  /** The subgraphs that differ from the baseline. */
  changed: string[];
  /** Subgraphs of the baseline that the candidate has not and that nobody asked to delete. */
  gone: string[];
  /** Whether subgraphs and contracts are those of the baseline. */
  unchanged: boolean;
  steps: StepReport[];
  compositionErrors: CompositionError[];
  changes: CheckedChange[];
  /** For information: what changed inside each subgraph's own SDL. */
  subgraphChanges: Record<string, Change[]>;
  documents: DocumentProblem[];
  lint: Finding[];
  /** What composes and is hardly meant so, as far as the baseline has it not. */
  hints: Hint[];
  /** Steps whose question stays open: the verdict does not cover them. */
  notJudged: StepName[];
  /** Required steps that could not judge, for which the verdict is `failed`. */
  missed: StepName[];
};
