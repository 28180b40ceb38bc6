/**
 * Lets a node that was removed into its cluster again. It doesn't join again by itself: its data directory says that it
 * was removed. Who makes the node anew decides that it may, and says so in a file that the node can't write.
 */
import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { fileError } from "../../etcd/errors.ts";
import { ForeignDataError } from "./foreign-data.ts";
import { formationPath, memberPath, readMember } from "./records.ts";

/** Names the file, where there is one: JSON, `{"admitted_at": "2026-11-21T08:00:00.000Z"}`. */
export const admissionVariable = "QUORUMKIT_ADMISSION_FILE";

const admission = z.object({ admitted_at: z.iso.datetime() });

/**
 * Puts the mark of a removal aside where the node was admitted after it. The old data itself was moved by the node when
 * it was removed. Without a file, or with an older one, everything stays as it is.
 * @returns whether there was a mark that went
 * @throws ForeignDataError where the file, or the mark, can't be understood: then nothing is let in
 */
export async function readmit(dataDirectory: string, admissionFile: string | undefined): Promise<boolean> {
  if (admissionFile === undefined || admissionFile === "") return false;
  const member = await readMember(dataDirectory);
  if (member === undefined || member.removedAt === null) return false;
  const admittedAt = await readAdmission(admissionFile);
  if (admittedAt === undefined) return false;
  const removedAt = Date.parse(member.removedAt);
  if (Number.isNaN(removedAt)) {
    throw new ForeignDataError(
      `${memberPath(dataDirectory)}: removed_at is no time: ${JSON.stringify(member.removedAt)}. The node is not let in ` +
        "again; start it with an empty storage.data_dir",
    );
  }
  if (admittedAt <= removedAt) return false;
  // The mark goes last: a crash in between is followed by the same steps.
  await moveAside(dataDirectory, formationPath(dataDirectory), `formation-removed-${member.memberId}.json`);
  await moveAside(dataDirectory, memberPath(dataDirectory), `member-removed-${member.memberId}.json`);
  return true;
}

/** When the node was admitted, in milliseconds since the epoch; undefined where there is no file. */
async function readAdmission(path: string): Promise<number | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw fileError(error, path, admissionVariable);
  }
  try {
    return Date.parse(admission.parse(JSON.parse(text)).admitted_at);
  } catch (error) {
    throw new ForeignDataError(
      `${path} (${admissionVariable}) is damaged, so the node, which was removed from its cluster, is not let in again. ` +
        'It has to be {"admitted_at": "<time in ISO 8601>"}; pulumi up writes it when it makes the node',
      { cause: error },
    );
  }
}

async function moveAside(directory: string, path: string, name: string): Promise<void> {
  try {
    await rename(path, join(directory, name));
    const folder = await open(directory);
    await folder.sync().finally(() => folder.close());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw fileError(error, path, "storage.data_dir");
  }
}
