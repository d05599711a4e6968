import { insteadOfPost, type SubgraphNames } from './names.ts';
import {
  all,
  appending,
  type Edit,
  inDocument,
  repeatingDocuments,
  repeatingItem,
  repeatingLine,
  repeatingParagraph,
  replacing,
} from './text.ts';

/**
 * What containers and clusters are told, which no code can read from a list: the place of `post` once more. Tests of k8s/
 * hold all of it to the list of processes, and to what their settings ask for.
 */
export function deploymentEdits(names: SubgraphNames): Map<string, Edit> {
  const rename = insteadOfPost(names);
  const { name } = names;
  const documents = (...posts: string[]) => repeatingDocuments(posts, rename);
  return new Map<string, Edit>([
    ['k8s/base/kustomization.yaml', repeatingLine(/services\/post\.yaml/, rename)],
    ['k8s/base/migrate.yaml', repeatingItem('        - name: post', rename)],
    [
      'k8s/base/ground/network/services.yaml',
      all(
        inDocument('gateway-out', repeatingItem('              app.kubernetes.io/name: post', rename)),
        inDocument('migrate-out', repeatingItem('              murmuration/database: post', rename)),
        appending(ownPolicies(name)),
      ),
    ],
    ['k8s/base/ground/network/stores.yaml', documents('postgres-post-in')],
    ['k8s/scale/autoscaling.yaml', documents('post')],
    ['k8s/scale/disruption.yaml', documents('post')],
    ['k8s/stores/kustomization.yaml', repeatingLine(/postgres\/post\.yaml/, rename)],
    ['k8s/stores/postgres/backups.yaml', documents('backups-post', 'postgres-post')],
    ['k8s/stores/postgres/network.yaml', documents('postgres-post-cluster-in', 'postgres-post-cluster-out')],
    ['k8s/observe/monitors.yaml', documents('post')],
    ['k8s/observe/alerts.yaml', repeatingLine(/absent\(up\{job="murmuration\/post"\}/, rename)],
    ['k8s/overlays/dev/small.yaml', documents('post')],
    ['k8s/overlays/dev/stores/kustomization.yaml', repeatingLine(/postgres-post\.yaml/, rename)],
    [
      'k8s/overlays/production/postgres-tls.yaml',
      all(
        documents('post'),
        inDocument(
          'migrate',
          all(
            repeatingItem('        - name: post', rename),
            repeatingItem('        - name: post-ca', rename),
          ),
        ),
      ),
    ],
    [
      'compose.yaml',
      all(
        repeatingLine(/^ {6}POST_DATABASE_PASSWORD: /, rename),
        repeatingLine(/^ {6}POST_DATABASE_URL: /, rename),
        repeatingParagraph(/^ {2}post:$/m, rename),
        repeatingLine(/^ {6}post: \{ condition: service_healthy \}$/, rename),
        replacing(/(for name in [\w ]+)/, `$1 ${name}`),
      ),
    ],
    [
      'Dockerfile',
      all(
        repeatingParagraph(/^FROM source AS post-files$/m, rename),
        repeatingParagraph(/^FROM runtime AS post$/m, rename),
        replacing(/\|migrate \./, `|${name}|migrate .`),
      ),
    ],
    [
      '.github/workflows/images.yml',
      (text) => text.replaceAll(/(target: \[[^\]]*), migrate\]/g, `$1, ${name}, migrate]`),
    ],
    ['.github/workflows/release.yml', repeatingLine(/--url post=/, rename)],
    [
      'scripts/secrets.mjs',
      all(
        repeatingLine(/^ {2}POST_DATABASE_PASSWORD: /, rename),
        repeatingLine(/'postgres-post-app': /, rename),
      ),
    ],
  ]);
}

/** Whole files that stand for `post` alone: what becomes of each. */
export function deploymentCopies(names: SubgraphNames): { from: string; to: string; edit: Edit }[] {
  const rename = insteadOfPost(names);
  const copies: [string, Edit][] = [
    ['k8s/base/services/post.yaml', all(withoutRedis, rename)],
    ['k8s/stores/postgres/post.yaml', rename],
    ['k8s/overlays/dev/stores/postgres-post.yaml', rename],
  ];
  return copies.map(([from, edit]) => ({ from, to: rename(from), edit }));
}

/** A new subgraph asks for no Redis: a process is given no secret that it does not use. */
const withoutRedis = replacing(
  / {12}- name: REDIS_URL\n {14}valueFrom:\n {16}secretKeyRef:\n {18}name: redis\n {18}key: REDIS_URL\n/,
  '',
);

/** The gateway may ask it, and it may ask its database. */
const ownPolicies = (name: string) => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ${name}-in
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  policyTypes: [Ingress]
  ingress:
    - from:
        - podSelector:
            matchLabels:
              app.kubernetes.io/name: gateway
      ports:
        - port: 8080
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ${name}-out
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  policyTypes: [Egress]
  egress:
    - to:
        - podSelector:
            matchLabels:
              murmuration/database: ${name}
      ports:
        - port: 5432`;
