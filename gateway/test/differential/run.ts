import { check, type Trouble } from './check.ts';
import { type Coverage, createCoverage } from './coverage.ts';
import type { SubgraphSdl } from './facts.ts';
import { type Case, generateOperation } from './generate-operation.ts';
import { generateGraph } from './generate-graph.ts';
import { abstract } from './graphs/abstract.ts';
import { explosion } from './graphs/explosion.ts';
import { interfaces } from './graphs/interfaces.ts';
import { keys } from './graphs/keys.ts';
import { requires } from './graphs/requires.ts';
import { sharing } from './graphs/sharing.ts';
import { createRandom, hash, type Random } from './random.ts';
import { shrink } from './shrink.ts';
import { createWorld, type World } from './world.ts';

export interface Failure {
  readonly world: string;
  readonly seed: number;
  readonly trouble: Trouble;
  readonly case: Case;
  readonly problem: string;
}

export interface Report {
  readonly operations: number;
  readonly failures: readonly Failure[];
  readonly stockDiffers: number;
  readonly stockExamples: readonly Failure[];
  readonly coverage: Coverage;
}

export interface RunOptions {
  readonly seed: number;
  /** Asked before each operation. */
  readonly isDone: (operations: number) => boolean;
  /** Operations on one world before another one is made. Default 60. */
  readonly perWorld?: number;
  /** Default 5. */
  readonly maxFailures?: number;
  /** A run that ended in this round goes on with it. Default 0. */
  readonly fromRound?: number;
  readonly onRound?: (operations: number, round: number) => void;
}

export const handMade: Readonly<Record<string, readonly SubgraphSdl[]>> = {
  keys,
  requires,
  interfaces,
  sharing,
  explosion,
  abstract,
};

export async function runDifferential(options: RunOptions): Promise<Report> {
  const coverage = createCoverage();
  const failures: Failure[] = [];
  const stockExamples: Failure[] = [];
  let stockDiffers = 0;
  let operations = 0;
  for (
    let round = options.fromRound ?? 0;
    !options.isDone(operations) && failures.length < (options.maxFailures ?? 5);
    round++
  ) {
    options.onRound?.(operations, round);
    const seed = options.seed + round;
    const world = await worldFor(round, seed);
    const random = createRandom(seed);
    for (let i = 0; i < (options.perWorld ?? 60) && !options.isDone(operations); i++) {
      const drafted = generateOperation(world.apiSchema, random);
      const trouble = troubleFor(world, random);
      noteTrouble(trouble, coverage);
      const { problem, stock } = await check(world, drafted, trouble, coverage);
      operations++;
      if (problem) failures.push(await minimal(world, seed, drafted, trouble, 'problem'));
      if (stock && stockExamples.length < 12 && stockDiffers % 10 === 0) {
        stockExamples.push(await minimal(world, seed, drafted, trouble, 'stock'));
      }
      if (stock) stockDiffers++;
      if (failures.length >= (options.maxFailures ?? 5)) break;
    }
    await world.stock.stop();
    world.generation.dispose();
  }
  return { operations, failures, stockDiffers, stockExamples, coverage };
}

/** Hand-made and generated supergraphs take turns; each eighth is planned by Apollo's planner alone. */
async function worldFor(round: number, seed: number): Promise<World> {
  const names = Object.keys(handMade);
  const name = round % 2 === 0 ? names[(round / 2) % names.length] : undefined;
  return createWorld(name ?? 'generated', (name && handMade[name]) || generateGraph(seed), seed, {
    planner: hash(seed, 'planner') % 8 === 0 ? 'apollo' : 'hive',
  });
}

function troubleFor(world: World, random: Random): Trouble {
  const subgraphs = world.generation.subgraphs.map(({ name }) => name);
  const roll = random.below(10);
  const kind = random.pick(['reject', 'errors', 'nonsense', 'holes'] as const);
  return {
    faults: roll < 3 ? 1 + random.below(1_000_000) : 0,
    sabotage: roll === 3 || roll === 4 ? { subgraph: random.pick(subgraphs), kind } : undefined,
    labels: random.chance(0.5) ? world.generation.overrideLabels : [],
  };
}

function noteTrouble({ sabotage }: Trouble, coverage: Coverage): void {
  if (sabotage?.kind === 'reject') coverage.count('subgraph rejects');
  if (sabotage?.kind === 'errors') coverage.count('subgraph answers errors only');
  if (sabotage?.kind === 'holes') coverage.count('subgraph leaves out fields');
  if (sabotage?.kind === 'nonsense') coverage.count('subgraph answers nonsense');
}

async function minimal(
  world: World,
  seed: number,
  drafted: Case,
  trouble: Trouble,
  side: 'problem' | 'stock',
): Promise<Failure> {
  const found = await shrink(
    drafted,
    async (smaller) => (await check(world, smaller, trouble))[side] !== undefined,
  );
  const problem = (await check(world, found, trouble))[side] ?? 'does not fail again';
  return { world: world.name, seed, trouble, case: found, problem };
}
