/**
 * What `npm test` runs, in this order. `command` names a binary of node_modules/.bin; a `vitest` project counts
 * its own tests, any other suite counts as one. `env` is added to its environment.
 */
export const suites = [
  { name: 'types', command: ['tsc', '-p', 'tsconfig.json'] },
  { name: 'lint', command: ['oxlint', '--quiet'] },
  { name: 'format', command: ['biome', 'format', '.'] },
  { name: 'unit', vitest: 'unit' },
  { name: 'integration', vitest: 'integration' },
  // Without `CI` a clone whose history was cut off is told so and passes; the schema workflow is the strict one.
  { name: 'schema check', command: ['node', 'registry/src/cli.ts', 'check'], env: { CI: '' } },
  { name: 'deploy', vitest: 'deploy' },
  { name: 'e2e', vitest: 'e2e' },
];
