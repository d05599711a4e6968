/**
 * Whether a web page of this origin may open a socket. Browsers send cookies nowhere here, but the rule of
 * CORS is kept for sockets too: the gateway's own origin and those of the setting. Other programs send none.
 */
export function createOriginRule(
  origins: readonly string[],
): (origin: string | undefined, host: string | undefined) => boolean {
  const allowed = new Set(origins);
  return (origin, host) => {
    if (!origin || allowed.has('*') || allowed.has(origin)) return true;
    return URL.parse(origin)?.host === host;
  };
}
