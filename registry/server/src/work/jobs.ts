import type {
  Publication,
  ReadCheckRequest,
  ReadPublishRequest,
  ReadRollbackRequest,
  Report,
} from '@murmuration/registry/wire';
import type { Explored } from '../explore/explored.ts';

/** What the thread for heavy work can be asked. All of it is plain data. */
export type Job =
  | { kind: 'check'; graphId: number; request: ReadCheckRequest; sdlBytes: number }
  | { kind: 'publish'; graphId: number; request: ReadPublishRequest; sdlBytes: number }
  | { kind: 'rollBack'; graphId: number; request: ReadRollbackRequest }
  | { kind: 'contract'; graphId: number; version: number; contract: string }
  | { kind: 'compare'; graphId: number; from: number; to: number }
  | { kind: 'explore'; graphId: number; days: number };

/** A change as pages list it. */
export type ListedChange = { level: string; coordinate: string; type: string; message: string };

/** The answer to each kind of job. */
export type Answers = {
  check: Report;
  publish: Publication;
  /** Undefined when there is no such version. */
  rollBack: Publication | undefined;
  /** The supergraph of the contract; undefined when there is none of that name. */
  contract: string | undefined;
  compare: ListedChange[] | undefined;
  explore: Explored | undefined;
};

export type AnswerTo<Asked extends Job> = Answers[Asked['kind']];

/** What goes to the thread. */
export type Asked = { id: number; job: Job };

/** What comes back: an answer, a refusal for whoever asked, no database, or a fault of ours. */
export type Told =
  | { id: number; status: 'done'; answer: unknown }
  | { id: number; status: 'refused'; message: string; exitCode: 2 | 3 }
  | { id: number; status: 'away' }
  | { id: number; status: 'failed'; message: string };

/** What the thread is started with. */
export type WorkerSettings = { databaseUrl: string };
