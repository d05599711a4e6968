import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { composeSubgraphs, withoutAccessRules } from '@murmuration/registry';
import { repositoryRoot } from '../repository.ts';

/**
 * Composes the SDL files of these subgraphs with the addresses they run at.
 * @throws Error with every composition error
 */
export async function composeSupergraph(urls: Map<string, string>, outputFile: string): Promise<void> {
  const subgraphs = await Promise.all(
    [...urls].map(async ([name, url]) => {
      const file = `subgraphs/${name}/schema.graphql`;
      const sdl = await readFile(path.join(repositoryRoot, file), 'utf8');
      return { name, url: `${url}/graphql`, sdl, file };
    }),
  );
  const composition = composeSubgraphs(subgraphs);
  if (composition.status === 'failed') {
    const problems = composition.errors.map(
      ({ file, line, message, fix }) =>
        `  ${file ?? 'supergraph'}${line ? `:${line}` : ''} ${message} ${fix}`,
    );
    throw new Error(`The subgraphs do not compose:\n${problems.join('\n')}`);
  }
  // The gateway does not enforce who may ask, and serves no graph that says so: the subgraphs do it.
  const supergraph = withoutAccessRules(composition.supergraphSdl);
  // Renamed into place: the gateway watches the file and must never read half of it.
  await writeFile(`${outputFile}.new`, supergraph);
  await rename(`${outputFile}.new`, outputFile);
}
