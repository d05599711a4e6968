import type { Report } from '../report.ts';
import { problemsOf } from './problems.ts';

/** Workflow commands: GitHub shows each at its line, but ten of a kind only, so old lint findings stay out. */
export function renderGithub(report: Report): string {
  return problemsOf({ ...report, lint: report.lint.filter(({ isNew }) => isNew) })
    .map(({ level, title, text, file, line, column }) => {
      const place = file ? `file=${property(file)},line=${line},col=${column},` : '';
      return `::${level} ${place}title=${property(title)}::${data(text)}\n`;
    })
    .join('');
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
