import { expect, test } from 'vitest';
import { dashboardNames, panelsOf, readDashboard } from './dashboards.ts';
import { alertRules } from './rules.ts';

test('there is a dashboard for each side of the platform', () => {
  expect(dashboardNames.toSorted()).toEqual(['edge', 'live', 'registry', 'subgraphs', 'timelines']);
  expect(dashboardNames.map((name) => readDashboard(name).uid)).toEqual(
    dashboardNames.map((name) => `murmuration-${name}`),
  );
});

test.each(dashboardNames)('%s can be loaded anywhere, and no panel hides another', (name) => {
  const { panels, templating } = readDashboard(name);
  expect(templating.list).toMatchObject([{ name: 'datasource', type: 'datasource' }]);
  for (const panel of panels) expect(panel.datasource?.uid).toBe(`\${datasource}`);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const places = panels.map(({ gridPos }) => `${gridPos.x},${gridPos.y}`);
  expect(new Set(places).size).toBe(places.length);
});

test('an alert that a panel names exists', () => {
  const alerts = new Set(alertRules().map(({ alert }) => alert));
  const words = dashboardNames
    .flatMap(panelsOf)
    .flatMap(({ description = '' }) => [...description.matchAll(/[Aa]lerts? ((?:[A-Z]\w+(?: and )?)+)/g)])
    .flatMap(([, names = '']) => names.split(' and '));
  expect(words.length).toBeGreaterThan(20);
  expect(words.filter((word) => !alerts.has(word))).toEqual([]);
});
