import type {
  Publication,
  ReadCheckRequest,
  ReadPublishRequest,
  ReadRollbackRequest,
  Report,
  TrustRequest,
} from '@murmuration/registry/wire';
import type { TrustedRevision } from '../trusted/manifests.ts';
import type { Explored } from '../explore/explored.ts';

/** What the thread for heavy work can be asked. All of it is plain data. */
export type Job =
  | { kind: 'check'; graphId: number; request: ReadCheckRequest; sdlBytes: number }
  | { kind: 'publish'; graphId: number; request: ReadPublishRequest; sdlBytes: number }
  | { kind: 'rollBack'; graphId: number; request: ReadRollbackRequest }
  | { kind: 'variant'; graphId: number; version: number; variant: Variant }
  | { kind: 'usage'; graphId: number; days: number | undefined }
  | { kind: 'trust'; graphId: number; request: TrustRequest }
  | { kind: 'trusted'; graphId: number }
  | { kind: 'compare'; graphId: number; from: number; to: number }
  | { kind: 'explore'; graphId: number; days: number };

/** What may be wanted of a version instead of its own supergraph. */
export type Variant = {
  contract?: string | undefined;
  /** `strip` for a router that does not enforce access rules, and rightly refuses to serve them: the subgraphs do. */
  accessRules: 'keep' | 'strip';
};

/** A change as pages list it. */
export type ListedChange = { level: string; coordinate: string; type: string; message: string };

/** The answer to each kind of job. */
export type Answers = {
  check: Report;
  publish: Publication;
  /** Undefined when there is no such version. */
  rollBack: Publication | undefined;
  /** The supergraph; undefined when there is no contract of that name. */
  variant: string | undefined;
  /** Usage files, as JSON. */
  usage: string;
  trust: 'trusted' | 'unchanged';
  trusted: TrustedRevision & { text: string };
  compare: ListedChange[] | undefined;
  explore: Explored | undefined;
};

export type AnswerTo<Asked extends Job> = Answers[Asked['kind']];

/** What goes to the thread. `gone` is shared with it, and 1 once whoever asked does not wait any more. */
export type Asked = { id: number; job: Job; gone: Int32Array<SharedArrayBuffer> };

/** What comes back: an answer, a refusal for whoever asked, no database, or a fault of ours. */
export type Told =
  | { id: number; status: 'done'; answer: unknown }
  | { id: number; status: 'refused'; message: string; exitCode: 2 | 3 }
  | { id: number; status: 'away' }
  | { id: number; status: 'failed'; message: string };

/** What the thread is started with. */
export type WorkerSettings = { databaseUrl: string };
