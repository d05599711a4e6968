/** The container's health check: exit code 0 when the process on PORT lives. No shell, no curl needed. */
const answer = await fetch(`http://127.0.0.1:${process.env.PORT}/livez`).catch(() => undefined);
process.exit(answer?.ok ? 0 : 1);
