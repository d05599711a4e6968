/** A GraphQL answer as a test reads it. */
export interface GraphAnswer {
  status: number;
  headers: Headers;
  data?: Record<string, unknown> | null | undefined;
  errors?: { message: string; path?: unknown[]; extensions: Record<string, unknown> }[] | undefined;
}

export function codesOf({ errors = [] }: GraphAnswer): unknown[] {
  return errors.map(({ extensions }) => extensions.code);
}
