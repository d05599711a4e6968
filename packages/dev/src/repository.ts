import path from 'node:path';

/** The checkout this file belongs to. */
export const repositoryRoot = path.resolve(import.meta.dirname, '../../..');
