import { type Composition, composeSubgraphs } from '../compose.ts';
import { parseSubgraph } from '../composition/parse-subgraph.ts';
import { withoutAccessRules } from '../composition/without-access-rules.ts';
import type { Subgraph } from '../composition/subgraph.ts';
import type { Config } from '../config/schema.ts';
import { composeContract } from '../contract.ts';
import { loadConfig } from '../config/load.ts';
import { badInput, exitCodes } from '../refusal.ts';
import { compositionErrorsText } from '../render/composition-errors.ts';
import { diskFiles } from '../workspace/files.ts';
import { readSubgraphs } from '../workspace/subgraphs.ts';
import { writeOutput } from './io.ts';

export type ComposeOptions = {
  config?: string;
  out?: string;
  api?: string;
  contract?: string;
  url: string[];
};

/** `registry compose`: the workspace's subgraphs into one supergraph. */
export function runCompose(options: ComposeOptions): number {
  const { config, root } = loadConfig(process.cwd(), options.config);
  const urls = parseUrls(options.url);
  const subgraphs = readSubgraphs(config, diskFiles(root, config.limits.fileBytes)).map((subgraph) => ({
    ...subgraph,
    url: urls.get(subgraph.name) ?? subgraph.url,
  }));
  const composition = options.contract
    ? viewOf(subgraphs, options.contract, config)
    : composeSubgraphs(subgraphs);
  if (composition.status === 'failed') {
    process.stderr.write(compositionErrorsText(composition.errors));
    return exitCodes.failed;
  }
  if (options.api) writeOutput(options.api, `${composition.apiSdl}\n`);
  const { accessRules } = config.compose;
  const supergraph =
    accessRules === 'strip' ? withoutAccessRules(composition.supergraphSdl) : composition.supergraphSdl;
  if (options.out) writeOutput(options.out, `${supergraph}\n`);
  else if (!options.api) process.stdout.write(`${supergraph}\n`);
  return exitCodes.passed;
}

/** A contract composes on top of subgraphs that compose as a whole: their errors are the plainer ones. */
function viewOf(subgraphs: readonly Subgraph[], name: string, config: Config): Composition {
  const contract = config.contracts[name];
  if (contract === undefined)
    throw badInput(
      `Unknown contract "${name}". Known: ${Object.keys(config.contracts).join(', ') || 'none'}.`,
    );
  const whole = composeSubgraphs(subgraphs);
  if (whole.status === 'failed') return whole;
  const parsed = subgraphs.map(parseSubgraph);
  return composeContract(
    parsed.flatMap((result) => (result.status === 'parsed' ? result.subgraph : [])),
    contract,
  );
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
