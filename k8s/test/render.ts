import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { subgraphNames } from '@murmuration/dev';
import { composeSubgraphs, withoutAccessRules } from '@murmuration/registry';
import { requireTool } from '@murmuration/testing/tool';
import { parseAllDocuments } from 'yaml';

/** A rendered object; what its kind says more is looked at by the rules. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  spec?: Record<string, unknown>;
  data?: Record<string, string>;
}

export const overlays = ['dev', 'production'] as const;
export type Overlay = (typeof overlays)[number] | 'redis-tls';

const source = fileURLToPath(new URL('..', import.meta.url));
/** Tests beside this one come and go with folders of their own. */
const noManifests = /^(?:test|node_modules|generated-.*)$/;

const rendered = new Map<Overlay, Manifest[]>();

/**
 * An overlay as `kubectl apply -k` would take it, with the supergraph that a release would write into it. The files of a
 * worker share it, so that nobody may change it.
 */
export function render(overlay: Overlay): Manifest[] {
  const known = rendered.get(overlay);
  if (known) return known;
  const manifests = frozen(renderAnew(overlay));
  rendered.set(overlay, manifests);
  return manifests;
}

function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(frozen);
  return Object.freeze(value);
}

function renderAnew(overlay: Overlay): Manifest[] {
  const folder = mkdtempSync(join(tmpdir(), 'k8s-'));
  try {
    for (const part of readdirSync(source).filter((name) => !noManifests.test(name))) {
      cpSync(join(source, part), join(folder, part), { recursive: true });
    }
    const target = join(folder, 'overlays', overlay);
    const whole = overlay === 'redis-tls' ? 'production' : overlay;
    writeFileSync(join(folder, 'overlays', whole, 'supergraph.graphql'), composeForCluster());
    return renderFolder(target);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Renders any folder with a kustomization. */
export function renderFolder(folder: string): Manifest[] {
  const kubectl = requireTool({ command: 'kubectl', debianPackage: 'kubernetes-client' });
  const yaml = execFileSync(kubectl, ['kustomize', folder], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return parseAllDocuments(yaml).map((document) => document.toJS() as Manifest);
}

export function composeForCluster(): string {
  const subgraphs = subgraphNames.map((name) => ({
    name,
    url: `http://${name}:8080/graphql`,
    sdl: readFileSync(new URL(`../../subgraphs/${name}/schema.graphql`, import.meta.url), 'utf8'),
  }));
  const composed = composeSubgraphs(subgraphs);
  if (composed.status === 'failed') throw new Error(composed.errors.map((error) => error.message).join('\n'));
  return withoutAccessRules(composed.supergraphSdl);
}
