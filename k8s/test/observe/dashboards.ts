import { readdirSync, readFileSync } from 'node:fs';

export interface Panel {
  id: number;
  title: string;
  type: string;
  description?: string;
  datasource?: { type: string; uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { expr: string; legendFormat?: string; refId: string }[];
}

export interface Dashboard {
  uid: string;
  title: string;
  tags: string[];
  templating: { list: { name: string; type: string }[] };
  panels: Panel[];
}

const folder = new URL('../../observe/dashboards/', import.meta.url);

export const dashboardNames = readdirSync(folder).map((file) => file.replace(/\.json$/, ''));

export function readDashboard(name: string): Dashboard {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as Dashboard;
}

export function panelsOf(name: string): Panel[] {
  return readDashboard(name).panels;
}
