import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { composeSubgraphs } from '../compose.ts';
import { loadConfig } from '../config/load.ts';
import { badInput, exitCodes } from '../refusal.ts';
import { compositionErrorsText } from '../render/composition-errors.ts';
import { diskFiles } from '../workspace/files.ts';
import { readSubgraphs } from '../workspace/subgraphs.ts';

export type ComposeOptions = { config?: string; out?: string; api?: string; url: string[] };

/** `registry compose`: the workspace's subgraphs into one supergraph. */
export function runCompose(options: ComposeOptions): number {
  const { config, root } = loadConfig(process.cwd(), options.config);
  const urls = parseUrls(options.url);
  const subgraphs = readSubgraphs(config, diskFiles(root, config.limits.fileBytes)).map((subgraph) => ({
    ...subgraph,
    url: urls.get(subgraph.name) ?? subgraph.url,
  }));
  const composition = composeSubgraphs(subgraphs);
  if (composition.status === 'failed') {
    process.stderr.write(compositionErrorsText(composition.errors));
    return exitCodes.failed;
  }
  if (options.api) write(options.api, composition.apiSdl);
  if (options.out) write(options.out, composition.supergraphSdl);
  else if (!options.api) process.stdout.write(`${composition.supergraphSdl}\n`);
  return exitCodes.passed;
}

function parseUrls(pairs: readonly string[]): Map<string, string> {
  return new Map(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw badInput(`--url takes NAME=URL, not "${pair}".`);
      return [pair.slice(0, at), pair.slice(at + 1)] as const;
    }),
  );
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${text}\n`);
}
