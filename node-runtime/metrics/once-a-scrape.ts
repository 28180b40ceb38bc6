/** Several gauges of a scrape may come from the same reading; a scrape begins them all at once. */

/** @returns a reading that is shared by all who ask before it is done */
export function onceAScrape<Reading>(read: () => Promise<Reading>): () => Promise<Reading> {
  let running: Promise<Reading> | undefined;
  return () => {
    running ??= read().finally(() => {
      running = undefined;
    });
    return running;
  };
}
