/** The databases of the platform, one per service that owns data; a folder of this package each. */
export const databaseNames = ['user', 'post', 'timeline'] as const;

export type DatabaseName = (typeof databaseNames)[number];
