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
