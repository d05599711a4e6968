import { z } from 'zod';

const verdict = z.enum(['fail', 'warn', 'ignore']);
const globs = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

const namedSubgraph = z.strictObject({ name: z.string(), schema: z.string(), url: z.string().optional() });

const contract = z.strictObject({
  include: z.array(z.string()).default([]),
  exclude: z.array(z.string()).default([]),
  /** Whether types that only hidden fields lead to are hidden too. */
  removeUnreachableTypes: z.boolean().default(true),
});

/** Contracts by name. A published version keeps them, for a promise holds until it is taken back. */
export const contractsSchema = z.record(z.string(), contract);

const usage = z.strictObject({
  /** A usage file, relative to the repository root; without one the store's usage is read. */
  file: z.string().optional(),
  windowDays: z.number().positive().default(30),
  /** Fewer calls than this in the window count as none. */
  minCount: z.number().int().positive().default(1),
  /** A smaller share of all calls than this, in percent, counts as none. */
  minPercent: z.number().min(0).max(100).default(0),
  /** Client names, or `name@version`, whose use does not count. */
  excludedClients: z.array(z.string()).default([]),
});

const policy = z.strictObject({
  breaking: verdict.default('fail'),
  dangerous: verdict.default('warn'),
  safe: verdict.default('ignore'),
  /** Overrides by change type, for example `{ "ENUM_VALUE_ADDED": "ignore" }`. */
  changes: z.record(z.string(), verdict).default({}),
  deprecation: z
    .strictObject({
      /** Whether something must have been deprecated in the baseline before it may be removed. */
      required: verdict.default('warn'),
      /** How long it must have been deprecated; read from a date in the reason or from the store's history. */
      graceDays: z.number().min(0).default(30),
    })
    .prefault({}),
});

/** The shape of `registry.config.json`; every key but `subgraphs` may be left out. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  /** A glob whose first `*` is the subgraph's name, or a list of named files. */
  subgraphs: z.union([z.string(), z.array(namedSubgraph)]),
  /** Whether this repository has every subgraph of the graph, so that one it lacks was deleted. */
  complete: z.boolean().default(false),
  /** Where a subgraph is reached; `{name}` is its name. */
  url: z.string().optional(),
  /** What `check` compares with when it is not told: head, landed, version:ID or git:REV. */
  against: z.string().default('head'),
  /** Whose approvals count when `--context` does not say. */
  context: z.string().optional(),
  /** The folder of the file store. */
  store: z.string().default('.registry'),
  /** The server that keeps the graph, in place of a folder. Its token is in REGISTRY_TOKEN. */
  registry: z.strictObject({ url: z.string(), graph: z.string() }).optional(),
  contracts: contractsSchema.default({}),
  compose: z
    .strictObject({
      /** Whether the supergraph that `compose` writes says who may ask; `strip` is for routers that do not enforce it. */
      accessRules: z.enum(['keep', 'strip']).default('keep'),
    })
    .prefault({}),
  /** Globs of stored client operations and of manifests. */
  documents: globs.default([]),
  usage: usage.prefault({}),
  policy: policy.prefault({}),
  lint: z
    .strictObject({
      /** For rules that are not named. */
      default: verdict.default('warn'),
      rules: z.record(z.string(), verdict).default({}),
      /** Whether findings in parts that the change does not touch fail too. */
      everything: z.boolean().default(false),
    })
    .prefault({}),
  limits: z.strictObject({ fileBytes: z.number().positive().default(5_000_000) }).prefault({}),
});

/** The settings of one repository, defaults filled in. */
export type Config = z.output<typeof configSchema>;

/** What becomes of a finding: it fails the check, warns, or is only listed. */
export type Severity = z.output<typeof verdict>;
