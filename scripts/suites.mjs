/**
 * What `npm test` runs, in this order. `command` names a binary of node_modules/.bin; a `vitest` project counts
 * its own tests, any other suite counts as one.
 */
export const suites = [
  { name: 'types', command: ['tsc', '-p', 'tsconfig.json'] },
  { name: 'lint', command: ['oxlint', '--quiet'] },
  { name: 'format', command: ['biome', 'format', '.'] },
  { name: 'unit', vitest: 'unit' },
  { name: 'integration', vitest: 'integration*' },
  // A copy without history has nothing to compare with; it is told so. The schema workflow is the strict one.
  { name: 'schema check', command: ['node', 'registry/src/cli.ts', 'check', '--allow-no-baseline'] },
  { name: 'deploy', vitest: 'deploy' },
  { name: 'e2e', vitest: 'e2e' },
];
