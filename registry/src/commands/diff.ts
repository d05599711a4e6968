import { resolveBaseline } from '../against/resolve.ts';
import type { Change } from '../changes/change.ts';
import { compareGraphs } from '../changes/compare.ts';
import { composeSubgraphs } from '../compose.ts';
import type { Subgraph } from '../composition/subgraph.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { badInput, couldNotRun, exitCodes } from '../refusal.ts';
import type { StoreOptions } from '../remote/where.ts';
import { compositionErrorsText } from '../render/composition-errors.ts';
import { diskFiles } from '../workspace/files.ts';
import { readSubgraphs } from '../workspace/subgraphs.ts';
import { say } from './io.ts';
import { openStore } from './open-store.ts';
import { inLine } from '../render/in-line.ts';

export type DiffOptions = StoreOptions & { json?: boolean };

/** `registry diff [from] [to]`: what clients see differently between two states of the graph. */
export async function runDiff(from: string | undefined, to: string, options: DiffOptions): Promise<number> {
  const loaded = loadConfig(process.cwd(), options.config);
  const [before, after] = await Promise.all(
    [from ?? loaded.config.against, to].map(async (state) => graphOf(state, loaded, options)),
  );
  if (before === undefined || after === undefined) throw badInput('diff takes two states.');
  const changes = await compareGraphs(before, after);
  process.stdout.write(options.json ? `${JSON.stringify(changes, null, 2)}\n` : changesText(changes));
  return exitCodes.passed;
}

async function graphOf(state: string, loaded: LoadedConfig, options: StoreOptions) {
  const composition = composeSubgraphs(await subgraphsOf(state, loaded, options));
  if (composition.status === 'composed') return composition;
  say(compositionErrorsText(composition.errors));
  throw couldNotRun(`${state} does not compose.`);
}

async function subgraphsOf(state: string, loaded: LoadedConfig, options: StoreOptions): Promise<Subgraph[]> {
  if (state === 'workspace')
    return readSubgraphs(loaded.config, diskFiles(loaded.root, loaded.config.limits.fileBytes));
  const baseline = await resolveBaseline(state, loaded, () => openStore(loaded, options));
  if (baseline.status === 'absent') throw couldNotRun(`There is no ${state}: ${baseline.because}.`);
  return baseline.subgraphs;
}

function changesText(changes: readonly Change[]): string {
  if (changes.length === 0) return 'No difference.\n';
  return changes
    .map(
      ({ level, coordinate, type, message, reason }) =>
        `${inLine(`${level.toUpperCase().padEnd(9)} ${coordinate} [${type}] ${message}. ${reason}`)}\n`,
    )
    .join('');
}
