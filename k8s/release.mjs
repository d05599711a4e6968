import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * Writes the manifests of one release: what `kubectl apply -k` or a GitOps tool takes as it is.
 *   node k8s/release.mjs --registry ghcr.io/<owner>/<repository> --digests <folder> --supergraph <file>
 *     --runbooks https://github.com/<owner>/<repository>/blob/<tag>/docs/runbooks --out <folder>
 * `--digests` has a file for each image, named as it is, that holds its `sha256:…`.
 */
const { values } = parseArgs({
  options: Object.fromEntries(
    ['registry', 'digests', 'supergraph', 'runbooks', 'out'].map((name) => [name, { type: 'string' }]),
  ),
});
const missing = Object.entries({ registry: 0, digests: 0, supergraph: 0, runbooks: 0, out: 0 })
  .map(([name]) => name)
  .filter((name) => !values[name]);
if (missing.length > 0) fail(`Missing: ${missing.map((name) => `--${name}`).join(', ')}`);

const { registry = '', digests = '', supergraph = '', runbooks = '', out = '' } = values;
const source = path.dirname(fileURLToPath(import.meta.url));
const placeholder = 'registry.invalid/murmuration';
const notManifests = new Set(['test', 'node_modules', 'package.json', 'release.mjs']);

for (const name of readdirSync(source).filter((each) => !notManifests.has(each))) {
  cpSync(path.join(source, name), path.join(out, name), { recursive: true });
}
const files = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.yaml'),
);
for (const file of files) rewrite(path.join(out, file));
for (const overlay of ['dev', 'production']) {
  cpSync(supergraph, path.join(out, 'overlays', overlay, 'supergraph.graphql'));
}

/** Puts images by digest and the address of the runbooks where the sources have a placeholder. */
function rewrite(file) {
  const text = readFileSync(file, 'utf8');
  const image = new RegExp(`${placeholder}/([\\w-]+):[\\w.-]+`, 'g');
  const released = text
    .replace(image, (_, name) => `${registry}/${name}@${digestOf(name)}`)
    .replaceAll('https://runbooks.example.org', runbooks);
  if (released !== text) writeFileSync(file, released);
}

function digestOf(name) {
  const digest = readFileSync(path.join(digests, name), 'utf8').trim();
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) fail(`"${digest}" is no digest of ${name}`);
  return digest;
}

function fail(problem) {
  console.error(problem);
  process.exit(3);
}
