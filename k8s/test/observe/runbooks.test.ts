import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { subgraphNames } from '@murmuration/dev';
import { expect, test } from 'vitest';
import { alertRules } from './rules.ts';
import { phrasesOf, readRunbook, runbooks } from './runbooks.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Everything that our processes are made of, as one text. */
function sources(): string {
  const folders = [
    'gateway/src',
    'registry/server/src',
    ...subgraphNames.map((name) => `subgraphs/${name}/src`),
  ];
  for (const name of readdirSync(path.join(root, 'packages'))) folders.push(`packages/${name}/src`);
  return folders
    .flatMap((folder) => {
      const files = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
      return files.filter((file) => file.endsWith('.ts')).map((file) => path.join(root, folder, file));
    })
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

test('there is no page without an alert', () => {
  const named = new Set(alertRules().map(({ annotations }) => path.basename(annotations.runbook_url)));
  expect(runbooks.filter((page) => !named.has(page))).toEqual([]);
});

test('what a page looks for in the logs is what the code writes there', () => {
  const text = sources();
  const phrases = runbooks.flatMap((page) => phrasesOf(page).map((phrase) => `${page}: ${phrase}`));
  expect(phrases.length).toBeGreaterThan(15);
  expect(phrases.filter((line) => !text.includes(line.slice(line.indexOf(': ') + 2)))).toEqual([]);
});

test.each([...runbooks, 'README.md'])('every link of %s leads somewhere', (page) => {
  const links = [...readRunbook(page).matchAll(/\]\(([a-z-]+\.md)\)/g)].map(([, target]) => target);
  expect(links.filter((target) => !runbooks.includes(target ?? ''))).toEqual([]);
});
