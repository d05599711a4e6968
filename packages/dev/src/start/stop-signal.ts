/** A second request to stop this long after the first is impatience, not the same key press seen twice. */
const impatienceMs = 2_000;

/**
 * Aborts on SIGINT, SIGTERM and the loss of the process that started us. One Ctrl-C may arrive twice, from
 * the terminal and from npm; a later one ends the wait: services stop when they lose us, stores at the next start.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  let askedAt = 0;
  const ask = () => {
    if (askedAt > 0 && Date.now() - askedAt > impatienceMs) process.exit(130);
    askedAt ||= Date.now();
    controller.abort(new StopRequest());
  };
  process.on('SIGINT', ask);
  process.on('SIGTERM', ask);
  process.on('SIGHUP', ask);
  if (process.send) process.once('disconnect', ask);
  return controller.signal;
}

/** Not a failure: somebody asked to stop. */
export class StopRequest extends Error {
  override readonly name = 'StopRequest';
}
