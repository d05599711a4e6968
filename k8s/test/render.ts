import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { composeSubgraphs } from '@murmuration/registry';
import { requireTool } from '@murmuration/testing/tool';
import { parseAllDocuments } from 'yaml';

/** A rendered object; what its kind says more is looked at by the rules. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  spec?: Record<string, unknown>;
  data?: Record<string, string>;
}

export const overlays = ['dev', 'production'] as const;
export type Overlay = (typeof overlays)[number];

/** Renders an overlay as `kubectl apply -k` would, with the supergraph that a release would write into it. */
export function render(overlay: Overlay): Manifest[] {
  const kubectl = requireTool({ command: 'kubectl', debianPackage: 'kubernetes-client' });
  const folder = mkdtempSync(join(tmpdir(), 'k8s-'));
  try {
    for (const part of ['base', 'observe', 'overlays']) {
      cpSync(fileURLToPath(new URL(`../${part}`, import.meta.url)), join(folder, part), { recursive: true });
    }
    const target = join(folder, 'overlays', overlay);
    writeFileSync(join(target, 'supergraph.graphql'), composeForCluster());
    const yaml = execFileSync(kubectl, ['kustomize', target], { encoding: 'utf8' });
    return parseAllDocuments(yaml).map((document) => document.toJS() as Manifest);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function composeForCluster(): string {
  const subgraphs = ['user', 'post', 'timeline'].map((name) => ({
    name,
    url: `http://${name}:8080/graphql`,
    sdl: readFileSync(new URL(`../../subgraphs/${name}/schema.graphql`, import.meta.url), 'utf8'),
  }));
  const composed = composeSubgraphs(subgraphs);
  if (composed.status === 'failed') throw new Error(composed.errors.map((error) => error.message).join('\n'));
  return composed.supergraphSdl;
}
