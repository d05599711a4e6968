import { expect, test } from 'vitest';
import { unknownFields, valueProblems } from './models.ts';
import { type Manifest, overlays, render } from './render.ts';

test.each([...overlays, 'redis-tls'] as const)(
  'everything in %s is what the API knows, and nothing else',
  async (overlay) => {
    const manifests = render(overlay);
    expect(manifests.length).toBeGreaterThan(40);
    expect(await valueProblems(manifests)).toEqual([]);
    expect(unknownFields(manifests)).toEqual([]);
  },
);

test('a misspelt field and a wrong value are named', async () => {
  const service = (spec: object): Manifest => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'demo' },
    spec: { ...spec },
  });
  expect(unknownFields([service({ ports: [{ port: 80, taregtPort: 8080 }] })])).toEqual([
    expect.stringContaining('taregtPort'),
  ]);
  expect(await valueProblems([service({ ports: [{ port: 'eighty' }] })])).toEqual([
    expect.stringContaining('Service/demo'),
  ]);
});
