/** The checksum of what a running service can't take over. Pure. */
import { checksumOf } from "@quorumkit/schema";
import type { PlannedService } from "./service.ts";

/**
 * Covers everything that a container is made from: not what it waits for at its start, and of files that it reloads only
 * where they are. Secret texts are left out, since a checksum of a short one could be guessed: whoever writes the files
 * has a better one of them.
 */
export function fixedChecksum({ after: _order, files, ...made }: Omit<PlannedService, "checksum">): string {
  const fixed = files.map(({ directory, files: held, reload }) => {
    if (reload !== undefined) return { directory };
    const shown = held.map(({ name, content }) =>
      "text" in content && content.secret !== true ? { name, text: content.text } : { name },
    );
    return { directory, held: shown };
  });
  return checksumOf({ ...made, files: fixed });
}
