/** Thresholds of what people are told by mail. */
export const digestLimits = {
  /** How often it is looked who is due. */
  everyMs: 60_000,
  /** People whose mail one statement makes, and statements in one run; what is left is for the next. */
  atOnce: 500,
  statements: 20,
  /** A mail that could not be sent for so long is not sent any more: the next one tells it. */
  lifeHours: 12,
  /** People who are named for one kind. */
  named: 3,
} as const;
