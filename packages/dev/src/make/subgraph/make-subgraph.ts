import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { subgraphNames } from '../../processes.ts';
import { repositoryRoot } from '../../repository.ts';
import { codeEdits } from './code.ts';
import { deploymentCopies, deploymentEdits } from './deployment.ts';
import { filled, namesOf, type SubgraphNames } from './names.ts';

const templates = path.join(import.meta.dirname, '../../../templates');

/**
 * `pnpm subgraph new places`: a subgraph with a database of its own that starts, is composed, tested, rendered for
 * clusters and built into an image. Everything is worked out before anything is written.
 * @returns the files that are new or changed, relative to the root
 * @throws Error when the name is none or taken, or a place that has to know the subgraph looks different than it did
 */
export function makeSubgraph(name: string, root: string = repositoryRoot): string[] {
  const names = namesOf(name);
  const taken = [`subgraphs/${name}`, `prisma/${name}`].find((folder) => existsSync(path.join(root, folder)));
  if (taken !== undefined || [...subgraphNames, 'gateway', 'registry', 'migrate', 'redis'].includes(name)) {
    throw new Error(`There is a ${name} already. Choose another name.`);
  }
  const files = new Map([...newFiles(names), ...copies(root, names), ...changes(root, names)]);
  for (const [file, text] of files) {
    const target = path.join(root, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  return [...files.keys()];
}

function newFiles(names: SubgraphNames): [string, string][] {
  const { name } = names;
  const stamp = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const folders: [string, string][] = [
    ['subgraph', `subgraphs/${name}`],
    ['prisma', `prisma/${name}`],
  ];
  const inFolders = folders.flatMap(([from, to]) =>
    readdirSync(path.join(templates, from), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.template'))
      .map((file): [string, string] => [
        path.join(from, file),
        path.join(to, file.replace('.template', '').replace('/init/', `/${stamp}000000_init/`)),
      ]),
  );
  const sources: [string, string][] = [...inFolders, ['client.ts.template', `prisma/src/clients/${name}.ts`]];
  return sources.map(([from, to]) => [to, filled(readFileSync(path.join(templates, from), 'utf8'), names)]);
}

function copies(root: string, names: SubgraphNames): [string, string][] {
  return deploymentCopies(names).map(({ from, to, edit }) => [to, edited(root, from, edit)]);
}

function changes(root: string, names: SubgraphNames): [string, string][] {
  const edits = [...codeEdits(names), ...deploymentEdits(names)];
  return edits.map(([file, edit]) => [file, edited(root, file, edit)]);
}

function edited(root: string, file: string, edit: (text: string) => string): string {
  try {
    return edit(readFileSync(path.join(root, file), 'utf8'));
  } catch (error) {
    throw new Error(
      `${file}: ${(error as Error).message}. packages/dev/src/make/subgraph must learn how it is now.`,
      {
        cause: error,
      },
    );
  }
}
