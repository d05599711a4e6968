import type { Report } from '../report.ts';

/** The report for programs; `version` says which shape it has. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
