/**
 * Why a stream cannot continue at its cursor: more was missed than is kept, the log became another one, the cursor is
 * somebody else's or of another stream, or it was not made here.
 */
export const resetReasons = ['TOO_OLD', 'REBUILT', 'NOT_YOURS', 'INVALID'] as const;

export type ResetReason = (typeof resetReasons)[number];
