import { createServer } from 'node:net';

/** Ends the process when the text is no port or another program listens there, naming the way out. */
export async function refuseTakenPort(text, host) {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    console.error(`PORT must be a number from 0 to 65535, not "${text}".`);
    process.exit(1);
  }
  const isFree = await new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
  if (isFree) return;
  console.error(`Port ${port} is taken by another program. Choose another: PORT=${port + 1} npm start`);
  process.exit(1);
}
