import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { expect, it } from 'vitest';

const door = fileURLToPath(new URL('../src/index.ts', import.meta.url));

/** What an app's bundle gets that imports these names. */
async function bundled(names: string) {
  const entry = { name: 'app', resolveId: (id: string) => (id === 'app' ? id : null) };
  const bundle = await rolldown({
    input: 'app',
    plugins: [
      {
        ...entry,
        load: (id: string) => (id === 'app' ? `export { ${names} } from ${JSON.stringify(door)}` : null),
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  return output[0];
}

it.each([
  ['createLiveClient', { minified: 7_000, gzipped: 3_200 }],
  ['createLiveClient, overServerSentEvents', { minified: 9_400, gzipped: 4_000 }],
])('%s is as small as the README says, and brings nothing along', async (names, most) => {
  const { code, imports, moduleIds } = await bundled(names);
  console.log(`${names}: ${code.length} bytes minified, ${gzipSync(code).length} gzipped`);
  expect(imports).toEqual([]);
  expect(moduleIds.filter((id) => id.includes('node_modules'))).toEqual([]);
  expect(code.length).toBeLessThanOrEqual(most.minified);
  expect(gzipSync(code).length).toBeLessThanOrEqual(most.gzipped);
});
