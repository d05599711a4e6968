import { basename } from 'node:path';
import type { Baseline } from '../baseline.ts';
import { type LoadedConfig, parseConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { couldNotRun, isRefusal } from '../refusal.ts';
import { missingSubgraphs, readSubgraphs } from '../workspace/subgraphs.ts';
import { gitFiles } from './git.ts';

/**
 * The graph of one commit, read with the configuration of that commit: today's may look where the files
 * were not yet, and then everything that is removed would look as if it had never been.
 */
export function atCommit(commit: string, revision: string, { root, file }: LoadedConfig): Baseline {
  const label = `${revision} (${commit.slice(0, 9)})`;
  const files = gitFiles(root, commit);
  const name = basename(file);
  if (files.list(name).length === 0)
    return { status: 'absent', label, because: `there is no ${name} at ${label}` };
  const config = configOf(files.read(name), `${name} at ${label}`);
  const missing = missingSubgraphs(config, files);
  if (missing.length > 0)
    throw couldNotRun(
      `The baseline is not whole: ${name} at ${label} names ${missing.map(({ name, schema }) => `subgraph ${name} in ${schema}`).join(', ')}, which is not there. Compare with a commit that has all: --against git:REV.`,
    );
  const subgraphs = readSubgraphs(config, files);
  return subgraphs.length > 0
    ? { status: 'found', label, subgraphs, contracts: config.contracts }
    : { status: 'absent', label, because: `there are no subgraphs at ${label}` };
}

/** What is wrong with a configuration of the past is nothing that the person could have typed better. */
function configOf(text: string, name: string): Config {
  try {
    return parseConfig(text, name);
  } catch (cause) {
    throw isRefusal(cause) ? couldNotRun(`The baseline cannot be read. ${cause.message}`) : cause;
  }
}
