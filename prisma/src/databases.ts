/** The databases that the platform needs to run, one per service that owns data; a folder of this package each. */
export const databaseNames = ['user', 'post', 'timeline'] as const;

/** Those and the schema registry's, which the platform runs without: a server of its own feeds on it. */
export const everyDatabase = [...databaseNames, 'registry'] as const;

/** A database of the platform. */
export type PlatformDatabase = (typeof databaseNames)[number];

export type DatabaseName = (typeof everyDatabase)[number];
