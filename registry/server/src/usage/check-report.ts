import { createHash } from 'node:crypto';
import { parseText } from '@murmuration/registry/server';
import { GraphQLError, Kind } from 'graphql';
import { Fault } from '../faults.ts';
import type { UsageReport } from './contract.ts';

/** As in usage files: another spelling would look like no use. */
const coordinate = /^(?:\w+(?:\.\w+(?:\(\w+:\))?)?|@\w+(?:\(\w+:\))?)$/;

type Operation = UsageReport['operations'][number];

/** What was looked at: the same text may be told as a document, or as the coordinates that it is not. */
export function lookedAtAs({ document, hash }: Operation): string {
  return `${document === undefined ? 'coordinates' : 'document'} ${hash}`;
}

/**
 * Refuses a report that says what cannot be: in the first form a use of an operation that it does not tell, a hash of something else, a
 * text that is not one operation. One that was let in could make usage unknown for everybody.
 * @throws Fault
 */
export function checkReport(report: UsageReport, isKnown: (operation: Operation) => boolean): void {
  const told = new Set(report.operations.map(({ hash }) => hash));
  for (const { operation } of report.uses)
    if (report.version === 1 && !told.has(operation))
      throw new Fault('BAD_INPUT', `The report uses ${operation} and does not tell it.`);
  for (const { count, errors, latency } of report.uses) {
    if (errors > count || latency.reduce((sum, one) => sum + one, 0) !== count)
      throw new Fault('BAD_INPUT', 'Errors and latencies of a use do not fit its count.');
  }
  for (const operation of report.operations) checkOperation(operation, isKnown(operation));
}

/** Its hash is looked at always; a text that was looked at before is not parsed again. */
function checkOperation({ coordinates, document, hash }: Operation, isKnown: boolean): void {
  const text = document ?? JSON.stringify(coordinates);
  if (createHash('sha256').update(text).digest('hex') !== hash)
    throw new Fault('BAD_INPUT', `The hash ${hash} is of something else.`);
  if (isKnown) return;
  const stranger = coordinates?.find((one) => !coordinate.test(one));
  if (stranger !== undefined)
    throw new Fault('BAD_INPUT', `"${stranger.slice(0, 100)}" is not a schema coordinate.`);
  if (document !== undefined && !isOneOperation(document, hash))
    throw new Fault('BAD_INPUT', `The document ${hash} is not one operation.`);
}

function isOneOperation(document: string, hash: string): boolean {
  try {
    const { definitions } = parseText(document, hash);
    const operations = definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    const fragments = definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
    return operations.length === 1 && fragments.length === definitions.length - 1;
  } catch (cause) {
    if (cause instanceof GraphQLError) return false;
    throw cause;
  }
}
