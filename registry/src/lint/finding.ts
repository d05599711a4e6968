import type { Severity } from '../config/schema.ts';

/** Something that a lint rule does not like, at its place. */
export type Finding = {
  rule: string;
  severity: Exclude<Severity, 'ignore'>;
  message: string;
  coordinate: string;
  subgraph: string;
  file: string;
  line: number;
  column: number;
  /** Whether the baseline did not have it: only then can it fail a check. */
  isNew: boolean;
};
