/**
 * What do composing and comparing take in time and memory, beside @apollo/composition?
 * `pnpm bench registry [subgraphs] [bytes]`
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateSubgraphs } from './generate.ts';

const [count = 100, bytes = 500_000] = process.argv.slice(2).map(Number);
const subgraphs = generateSubgraphs(count, bytes);
const size = subgraphs.reduce((sum, { sdl }) => sum + sdl.length, 0);
console.log(
  `${count} subgraphs, ${Math.round(size / 1000)} kB of SDL. On a busy machine trust the CPU figures.`,
);

const cli = fileURLToPath(new URL('../../registry/src/cli.ts', import.meta.url));
const apollo = fileURLToPath(new URL('./apollo.ts', import.meta.url));
const reporter = fileURLToPath(new URL('./report-usage.ts', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'bench-registry-'));
const usageFile = join(root, 'usage');
try {
  layOut();
  measure('registry compose', [cli, 'compose', '--out', join(root, 'supergraph.graphql')]);
  measure('@apollo/composition compose', [apollo, root]);
  measure('registry publish (first version)', [cli, 'publish', '--init']);
  change();
  measure('registry check, changed, one contract', [cli, 'check']);
  measure('registry check, the same again', [cli, 'check']);
} finally {
  rmSync(root, { recursive: true, force: true });
}

function layOut(): void {
  const config = {
    subgraphs: 'subgraphs/*/schema.graphql',
    url: 'http://{name}.test/graphql',
    contracts: { public: { include: [], exclude: ['internal'], removeUnreachableTypes: true } },
  };
  writeFileSync(join(root, 'registry.config.json'), JSON.stringify(config));
  for (const { name, sdl } of subgraphs) {
    mkdirSync(join(root, 'subgraphs', name), { recursive: true });
    writeFileSync(join(root, 'subgraphs', name, 'schema.graphql'), sdl);
  }
}

/** Every tenth subgraph gains a field and a default changes: something to find, nothing refused. */
function change(): void {
  for (const { name, sdl } of subgraphs.filter((_, position) => position % 10 === 0))
    writeFileSync(
      join(root, 'subgraphs', name, 'schema.graphql'),
      sdl
        .replace('limit: Int = 5', 'limit: Int = 6')
        .replace('"One of them."', `"New."\n  new${name}: Int\n  "One of them."`),
    );
}

function measure(name: string, args: string[]): void {
  const startMs = performance.now();
  execFileSync(process.execPath, ['--import', reporter, ...args], {
    cwd: root,
    stdio: 'ignore',
    env: { ...process.env, BENCH_USAGE_FILE: usageFile },
  });
  const wall = ((performance.now() - startMs) / 1000).toFixed(2);
  const { cpuS, peakMb } = JSON.parse(readFileSync(usageFile, 'utf8'));
  console.log(
    `${name.padEnd(42)} ${wall.padStart(6)} s wall ${cpuS.toFixed(2).padStart(6)} s CPU ${String(Math.round(peakMb)).padStart(5)} MB`,
  );
}
