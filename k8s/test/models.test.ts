import { expect, test } from 'vitest';
import { unknownFields, valueProblems } from './models.ts';
import { type Manifest, overlays, render } from './render.ts';

const all = [...overlays, 'redis-tls'] as const;

test.each(all)('every value in %s is one that the API takes', async (overlay) => {
  const manifests = render(overlay);
  expect(manifests.length).toBeGreaterThan(40);
  expect(await valueProblems(manifests)).toEqual([]);
});

test('no overlay has a field that the API does not know', () => {
  // All at once, and once what several have: the compiler reads the models anew each time.
  const distinct = new Map(all.flatMap(render).map((manifest) => [JSON.stringify(manifest), manifest]));
  expect(unknownFields([...distinct.values()])).toEqual([]);
});

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
