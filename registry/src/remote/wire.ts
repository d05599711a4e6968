import { z } from 'zod';
import { configSchema } from '../config/schema.ts';
import { keptOperationsSchema } from '../documents/kept.ts';
import { stepNames } from '../steps/step.ts';
import { approvalSchema } from '../store/file-shapes.ts';
import { usageFileSchema } from '../usage/usage-file.ts';

export const wireLimits = {
  /** Characters of a subgraph's name. */
  nameLength: 200,
  /** Characters of a message, a reason, a context or somebody's name. */
  textLength: 2_000,
  /** Subgraphs of one graph. */
  subgraphs: 1_000,
  /** Versions of one answer. */
  versions: 500,
  /** Characters of an app's name and of its version, as a client says them. */
  appLength: 64,
  /** Documents of one version of an app, and characters of one. */
  documents: 5_000,
  documentLength: 100_000,
  /** Stored operations of one publication. */
  operations: 20_000,
  /** Contracts of one graph, each of which is composed. */
  contracts: 100,
} as const;

/** Text that a database can keep: no NUL, no half of a pair. */
function text(longest: number) {
  return z.string().max(longest).refine(isStorable, 'has characters that cannot be stored');
}

/** Whether Postgres takes a text and gives the same back. */
export function isStorable(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}

const sdl = z.string().refine(isStorable, 'has characters that cannot be stored');
const line = text(wireLimits.textLength);

const subgraph = z.strictObject({
  name: text(wireLimits.nameLength).min(1),
  url: line.optional(),
  sdl,
  file: line.optional(),
});
const subgraphs = z.array(subgraph).max(wireLimits.subgraphs);
const names = z.array(text(wireLimits.nameLength)).max(wireLimits.subgraphs);

const edit = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('whole'), subgraphs, complete: z.boolean() }),
  z.strictObject({
    kind: z.literal('some'),
    given: subgraphs,
    deleted: names,
    known: names,
    isNew: z.boolean(),
  }),
]);

/** What every judgement needs beside the schemas. */
const judged = {
  config: configSchema.refine(({ contracts }) => Object.keys(contracts).length <= wireLimits.contracts, {
    message: 'has too many contracts',
    path: ['contracts'],
  }),
  context: line.optional(),
  /** In place of those that the server has for the context. */
  approvals: z.array(approvalSchema).max(wireLimits.operations).optional(),
  /** In place of what the server gathered. */
  usage: usageFileSchema.optional(),
};
const operations = keptOperationsSchema.max(wireLimits.operations).optional();

/** `POST …/checks` */
export const checkRequest = z.strictObject({
  ...judged,
  edit,
  operations,
  against: z.string().regex(/^(?:head|version:\d{1,9})$/),
  require: z.array(z.enum(stepNames)).default([]),
  allowNoBaseline: z.boolean().default(false),
  by: line.default(''),
});

/** `POST …/publications` */
export const publishRequest = z.strictObject({
  ...judged,
  edit,
  operations,
  by: line,
  message: line,
  init: z.boolean().default(false),
});

/** `POST …/rollbacks` */
export const rollbackRequest = z.strictObject({
  ...judged,
  id: z.number().int().positive(),
  by: line,
  message: line,
  force: z.boolean().default(false),
});

/** `POST …/approvals` */
export const approveRequest = z.strictObject({
  context: line.min(1),
  changeId: z.string().regex(/^[0-9a-f]{16}$/),
  by: line,
  reason: line,
  at: line,
});

/** An app, or its version, as its client name and version say it. */
export const appName = text(wireLimits.appLength).min(1);

/** `POST …/trusted-manifests`: what one version of an app was built with, by id. */
export const trustRequest = z.strictObject({
  app: appName,
  version: appName,
  documents: z
    .record(text(wireLimits.nameLength).min(1), text(wireLimits.documentLength).min(1))
    .refine((documents) => Object.keys(documents).length <= wireLimits.documents, 'has too many documents'),
  by: line.default(''),
});

/** `PUT …/freeze` */
export const freezeRequest = z.strictObject({ by: line, reason: line, at: line });

export type CheckRequest = z.input<typeof checkRequest>;
export type PublishBody = z.input<typeof publishRequest>;
export type RollbackRequest = z.input<typeof rollbackRequest>;
export type TrustRequest = z.output<typeof trustRequest>;
export type ReadCheckRequest = z.output<typeof checkRequest>;
export type ReadPublishRequest = z.output<typeof publishRequest>;
export type ReadRollbackRequest = z.output<typeof rollbackRequest>;

/** What went wrong, as the server says it. `exitCode` is what the command line ends with. */
export type WireError = { error: { code: string; message: string; exitCode: 2 | 3 } };
