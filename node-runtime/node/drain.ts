/** Closes the API without cutting anybody off: what is in flight is finished, up to a limit. */
import type { FastifyInstance } from "fastify";

/**
 * Closes an app. New connections are refused at once; on kept ones a last request is still answered. When the limit is
 * over, what is left is cut.
 * @returns whether everything was finished in time
 */
export async function drainApp(app: FastifyInstance, limitMilliseconds: number): Promise<boolean> {
  let cut = false;
  const timer = setTimeout(() => {
    cut = true;
    app.server.closeAllConnections();
  }, limitMilliseconds);
  try {
    await app.close();
    return !cut;
  } finally {
    clearTimeout(timer);
  }
}
