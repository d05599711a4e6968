import fc from 'fast-check';
import { buildSchema, type DocumentNode, type GraphQLSchema, parse, validate, validateSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { diffSchemas } from '../src/changes/diff-schemas.ts';
import { closeCoordinates } from '../src/usage/close.ts';
import { collectCoordinates } from '../src/usage/collect.ts';
import { joinUsage } from '../src/usage/join.ts';
import { randomDocument } from './generate/document.ts';
import { printModel, randomModel } from './generate/model.ts';
import { mutate, tighten } from './generate/mutate.ts';
import { createRandom, type Random } from './generate/random.ts';

const runs = Number(process.env['REGISTRY_PROPERTY_RUNS'] ?? 120);
const documentsPerSchema = 12;

type Case = { before: GraphQLSchema; after: GraphQLSchema; documents: DocumentNode[] };

/** A schema, a changed one and valid documents of the first; undefined where chance made no valid pair. */
function randomCase(seed: number, change: typeof tighten): Case | undefined {
  const random = createRandom(seed);
  const model = randomModel(random);
  const before = tryBuild(printModel(model));
  const after = tryBuild(printModel(change(model, random)));
  if (!before || !after) return undefined;
  return { before, after, documents: validDocuments(before, random) };
}

function tryBuild(sdl: string): GraphQLSchema | undefined {
  try {
    const schema = buildSchema(sdl);
    return validateSchema(schema).length === 0 ? schema : undefined;
  } catch {
    return undefined;
  }
}

function validDocuments(schema: GraphQLSchema, random: Random): DocumentNode[] {
  return Array.from({ length: documentsPerSchema }, () => parse(randomDocument(schema, random))).filter(
    (document) => validate(schema, document).length === 0,
  );
}

const anything: typeof tighten = (model, random) => mutate(model, random, 1 + random.below(3));

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const options = { numRuns: runs, seed: Number(process.env['REGISTRY_PROPERTY_SEED'] ?? 20261122) };

describe('what we call safe', () => {
  it.each([
    { of: 'anything', change: anything },
    { of: 'one field that becomes stricter', change: tighten },
  ])(
    'never invalidates a random valid document: $of',
    async ({ change }) => {
      const tried = { safe: 0, documents: 0 };
      await fc.assert(
        fc.asyncProperty(seeds, async (seed) => {
          const one = randomCase(seed, change);
          if (!one) return;
          const changes = await diffSchemas(one.before, one.after);
          if (changes.some(({ level }) => level !== 'safe')) return;
          tried.safe++;
          tried.documents += one.documents.length;
          for (const document of one.documents) expect(validate(one.after, document)).toEqual([]);
        }),
        options,
      );
      expect(tried.safe).toBeGreaterThan(runs / 50);
      expect(tried.documents).toBeGreaterThan(runs / 10);
    },
    120_000,
  );

  /** A sender of ready-made coordinates knows fields and values by their names, and no types. */
  const named = (schema: GraphQLSchema, document: DocumentNode) =>
    closeCoordinates(
      schema,
      [...collectCoordinates(schema, document)].filter((one) => /[.@]/.test(one) && !one.includes('(')),
    );

  it.each([
    { of: 'its document', coordinatesOf: collectCoordinates },
    { of: 'ready-made coordinates', coordinatesOf: named },
  ])(
    'and what usage excuses never invalidates a document of that usage, known by $of',
    async ({ coordinatesOf }) => {
      const tried = { excused: 0, documents: 0 };
      await fc.assert(
        fc.asyncProperty(seeds, async (seed) => {
          const one = randomCase(seed, anything);
          if (!one) return;
          const changes = await diffSchemas(one.before, one.after);
          for (const document of one.documents) {
            const coordinates = coordinatesOf(one.before, document);
            if (changes.some((change) => touches(change, coordinates))) continue;
            tried.documents++;
            if (changes.some(({ level }) => level === 'breaking')) tried.excused++;
            expect(validate(one.after, document)).toEqual([]);
          }
        }),
        options,
      );
      expect(tried.excused).toBeGreaterThan(runs / 10);
    },
    120_000,
  );
});

function touches(change: Parameters<typeof joinUsage>[0], coordinates: ReadonlySet<string>): boolean {
  const use = {
    name: 'Q',
    hash: 'q',
    client: { name: 'c' },
    count: 1,
    at: '2026-11-01T00:00:00Z',
    lastAt: '',
  };
  const usage = { status: 'known', from: '', to: '', uses: [{ ...use, coordinates }] } as const;
  return joinUsage(change, usage, { minCount: 1, minPercent: 0, excludedClients: [] }).status === 'used';
}
