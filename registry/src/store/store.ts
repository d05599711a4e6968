import type { Subgraph } from '../composition/subgraph.ts';
import type { Config } from '../config/schema.ts';
import type { KeptOperation } from '../documents/kept.ts';
import type { UsageFile } from '../usage/usage-file.ts';

/** One published state of the whole graph. Ids count from 1 without a gap. */
export type Version = {
  id: number;
  at: string;
  by: string;
  message: string;
  /** Set for a rollback: the version whose subgraphs this one repeats. */
  equalTo?: number | undefined;
  subgraphs: Subgraph[];
  supergraphSdl: string;
  /** The contracts that were promised with it; older versions have no record of them. */
  contracts?: Config['contracts'] | undefined;
  /** The client operations that were known then; none if no documents were configured. */
  operations?: KeptOperation[] | undefined;
};

/** What a publisher hands in; the store gives the id. */
export type NewVersion = Omit<Version, 'id'>;

/** A version without its schemas: what a history lists. */
export type VersionSummary = Omit<Version, 'subgraphs' | 'supergraphSdl' | 'contracts' | 'operations'> & {
  subgraphs: string[];
};

/** Somebody took responsibility for one change in one context (a pull request, a branch). */
export type Approval = { context: string; changeId: string; by: string; reason: string; at: string };

/** Nobody may publish while a freeze holds. */
export type Freeze = { by: string; reason: string; at: string };

export type PublishResult =
  | { status: 'published'; id: number }
  | { status: 'conflict'; head: number }
  | { status: 'frozen'; freeze: Freeze };

/** A part of a history. */
export type SomeVersions = { before?: number | undefined; most?: number | undefined };

/**
 * Where versions live. Any implementation must pass `store-contract`: appending is compare-and-set,
 * so the history is one line whoever races.
 */
export type Store = {
  head(): Promise<Version | undefined>;
  version(id: number): Promise<Version | undefined>;
  /** Oldest first: all of them, or the newest `most` of those below `before`. */
  versions(some?: SomeVersions): Promise<VersionSummary[]>;
  /** Appends `version` if the head is still `expectedHead` (0: nothing published yet). */
  append(expectedHead: number, version: NewVersion): Promise<PublishResult>;
  approvals(context: string): Promise<Approval[]>;
  approve(approval: Approval): Promise<void>;
  /** Usage files; what a server gathered itself it adds up for that many days. */
  usage(days?: number): Promise<UsageFile[]>;
  addUsage(usage: UsageFile): Promise<void>;
  freeze(freeze: Freeze): Promise<void>;
  unfreeze(): Promise<void>;
};
