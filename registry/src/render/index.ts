import { badInput } from '../refusal.ts';
import type { Report } from '../report.ts';
import { renderGithub } from './github.ts';
import { renderJson } from './json.ts';
import { renderMarkdown } from './markdown.ts';
import { renderSarif } from './sarif.ts';
import { renderText } from './text.ts';

/** The faces of one report. */
export const renderers = {
  text: renderText,
  json: renderJson,
  markdown: renderMarkdown,
  github: renderGithub,
  sarif: renderSarif,
} satisfies Record<string, (report: Report) => string>;

/** The face of several reports, one a graph, as one text. */
export function renderAll(format: Format, reports: readonly Report[]): string {
  const [first, ...more] = reports.map((report) => renderers[format](report));
  if (first === undefined || more.length === 0) return first ?? '';
  if (format === 'json') return `${JSON.stringify(reports, null, 2)}\n`;
  if (format !== 'sarif') return [first, ...more].join('\n');
  const [log, ...others] = [first, ...more].map((text) => JSON.parse(text) as { runs: object[] });
  // Runs of one tool are told apart by their category.
  const runs = [log, ...others].flatMap((one, at) =>
    (one?.runs ?? []).map((run) => ({ ...run, automationDetails: { id: `${reports[at]?.graph ?? at}/` } })),
  );
  return `${JSON.stringify({ ...log, runs }, null, 2)}\n`;
}

export type Format = keyof typeof renderers;

/** One face and where it goes: `sarif=report.sarif`, or `text` for standard output. */
export type Output = { format: Format; file?: string };

/** Parses one `--format`. */
export function parseOutput(text: string): Output {
  const [name = '', ...rest] = text.split('=');
  const file = rest.join('=');
  if (!isFormat(name))
    throw badInput(`Unknown format "${name}". Known: ${Object.keys(renderers).join(', ')}.`);
  return { format: name, ...(file === '' ? {} : { file }) };
}

const isFormat = (name: string): name is Format => Object.hasOwn(renderers, name);
