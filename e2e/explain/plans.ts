import { readFileSync } from 'node:fs';
import pg from 'pg';

/** One node of a plan as Postgres writes it. */
export interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

/** A statement that a service sent, with the plan it really ran by. */
export interface Explained {
  database: string;
  sql: string;
  plan: PlanNode;
  durationMs: number;
}

/** Written before every line of the server's log, so that plans know their database. */
export const logSettings = {
  session_preload_libraries: 'auto_explain',
  'auto_explain.log_min_duration': '0',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_timing': 'off',
  'auto_explain.log_nested_statements': 'on',
  'auto_explain.log_format': 'json',
  'auto_explain.log_parameter_max_length': '0',
  log_line_prefix: '[%d] ',
};

/** Every plan in a server's log from an offset on; a statement that ran often is there as often. */
export function readPlans(logFile: string, fromByte: number): Explained[] {
  const text = readFileSync(logFile).subarray(fromByte).toString();
  return [...text.matchAll(/^\[([^\]]*)\] LOG: {2}duration: ([\d.]+) ms {2}plan:\n((?:\t.*\n)+)/gm)].map(
    ([, database = '', duration, json = '']) => {
      const { Plan: plan, 'Query Text': sql } = JSON.parse(json) as { Plan: PlanNode; 'Query Text': string };
      return { database, sql, plan, durationMs: Number(duration) };
    },
  );
}

/** All nodes of a plan, the root first. */
export function nodesOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

/** Tables and partitions of a database that are too large to be read from end to end. */
export async function bigRelations(url: string, pages: number): Promise<Set<string>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ relname: string }>(
    `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relpages >= $1`,
    [pages],
  );
  await client.end();
  return new Set(rows.map(({ relname }) => relname));
}

/** How a plan touches big relations other than by an index. */
export function scansOf(plan: PlanNode, big: ReadonlySet<string>): string[] {
  return nodesOf(plan)
    .filter((node) => node['Node Type'] === 'Seq Scan' && big.has(node['Relation Name'] ?? ''))
    .map((node) => `${node['Node Type']} on ${node['Relation Name']}`);
}

/** A plan in a few lines, as EXPLAIN would show it. */
export function printPlan(plan: PlanNode, depth = 0): string[] {
  const rows = Math.round((plan['Actual Rows'] ?? 0) * (plan['Actual Loops'] ?? 1));
  const removed = plan['Rows Removed by Filter'];
  const what = [
    plan['Node Type'],
    plan['Index Name'] && `using ${plan['Index Name']}`,
    plan['Relation Name'] && `on ${plan['Relation Name']}`,
    `(${rows} rows${removed ? `, ${removed} removed` : ''})`,
  ];
  const line = `${'  '.repeat(depth)}${what.filter(Boolean).join(' ')}`;
  // Partitions that were never looked into say nothing.
  const seen = (plan.Plans ?? []).filter((each) => (each['Actual Loops'] ?? 1) > 0);
  return [line, ...seen.flatMap((each) => printPlan(each, depth + 1))];
}
