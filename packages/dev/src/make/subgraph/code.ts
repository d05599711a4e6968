import type { SubgraphNames } from './names.ts';
import { type Edit, replacing } from './text.ts';

/** What the code lists once: databases, their clients and the processes. Every other list is made of these. */
export function codeEdits({ name, shouted }: SubgraphNames): Map<string, Edit> {
  return new Map([
    ['prisma/src/databases.ts', replacing(/(?=\] as const;)/, `, '${name}'`)],
    [
      'prisma/package.json',
      replacing(/("\.\/timeline": "[^"]+")/, `$1,\n    "./${name}": "./src/clients/${name}.ts"`),
    ],
    [
      'packages/dev/src/processes.ts',
      replacing(
        /(?=\];\n\nconst gateway)/,
        `  {
    name: '${name}',
    entry: 'subgraphs/${name}/src/main.ts',
    module: 'subgraphs/${name}/src/server.ts',
    settings: ['${shouted}_DATABASE_URL'],
    subgraph: '${name}',
  },
`,
      ),
    ],
  ]);
}
