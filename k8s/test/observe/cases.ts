import { accountCases } from './account-cases.ts';
import type { AlertCase } from './alert-case.ts';
import { databaseCases } from './database-cases.ts';
import { feedCases } from './feed-cases.ts';
import { jobCases } from './job-cases.ts';
import { keyCases } from './key-cases.ts';
import { objectiveCases } from './objective-cases.ts';
import { processCases } from './process-cases.ts';
import { registryCases } from './registry-cases.ts';
import { storeCases } from './store-cases.ts';
import { timelineCases } from './timeline-cases.ts';

/** For each alert at least one case that fires and one, close to it, that must not. */
export const alertCases: AlertCase[] = [
  ...accountCases,
  ...databaseCases,
  ...feedCases,
  ...jobCases,
  ...keyCases,
  ...objectiveCases,
  ...processCases,
  ...registryCases,
  ...storeCases,
  ...timelineCases,
];
