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

/** Tables of a database that are too large to be read from end to end, and the partitions of such. */
export async function bigRelations(url: string, pages: number): Promise<Set<string>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ relname: string }>(
    `SELECT relname FROM (
       SELECT c.relname, c.relpages, sum(c.relpages) OVER (PARTITION BY coalesce(i.inhparent, c.oid)) AS pages
       FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
       WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace) tables
     WHERE pages >= $1 AND relpages >= $1 / 10`,
    [pages],
  );
  await client.end();
  return new Set(rows.map(({ relname }) => relname));
}

/** So many rows read and thrown away by one step are a scan, whatever index it went by. */
const wastedRows = 2_000;

/** How a plan reads big relations from end to end: without an index, or by one that does not fit. */
export function scansOf(plan: PlanNode, big: ReadonlySet<string>): string[] {
  return nodesOf(plan)
    .filter((node) => big.has(node['Relation Name'] ?? ''))
    .filter((node) => (node['Actual Loops'] ?? 1) > 0)
    .filter(
      (node) =>
        node['Node Type'] === 'Seq Scan' ||
        (node['Rows Removed by Filter'] ?? 0) * (node['Actual Loops'] ?? 1) > wastedRows,
    )
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
