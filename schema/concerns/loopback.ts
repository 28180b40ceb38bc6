/** Which addresses are this machine's own. */

/** Whether a listener on this host can be reached from the same machine only. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
