/** What a compose file or a swarm stack is written from, and the files that come out of it. */
import type { PlannedService, ServiceFile } from "../plan/service.ts";

/** A file to write. */
export interface WrittenFile {
  /** Below the output directory, with `/`. */
  path: string;
  text: string;
  /** Only its owner may read it. */
  secret: boolean;
  /** The account in a container that reads it from the host; undefined where only Docker's command line does. */
  reader?: { uid: number; gid: number };
}

/** All files of one output. */
export interface WrittenFiles {
  /** Path of the file that Docker is given; it is among `files`. */
  main: string;
  /** In the order of their paths. */
  files: WrittenFile[];
}

/** What a plan refers to and doesn't hold: it exists only when the cluster does. */
export interface Materials {
  /** Contents of files by the name that the plan has for them, for example `join-token`. All are secret. */
  texts: Readonly<Record<string, string>>;
  /** Keys the hashes in the names of a swarm's secrets, so that nobody can guess a secret from its name. */
  nameKey: string;
}

/** The content of a planned file. Throws where the materials lack it: whoever made them doesn't know this plan. */
export function contentOf(
  { name: service }: Pick<PlannedService, "name">,
  { name, content }: ServiceFile,
  { texts }: Pick<Materials, "texts">,
): { text: string; secret: boolean } {
  if ("text" in content) return { text: content.text, secret: content.secret === true };
  const text = texts[content.from];
  if (text === undefined) throw new Error(`nothing was made for ${content.from}, which is ${name} of ${service}`);
  return { text, secret: true };
}

/** Sorts the files, and refuses two of one path: one of them would be lost. */
export function writtenFiles(main: WrittenFile, beside: readonly WrittenFile[]): WrittenFiles {
  const files = [main, ...beside].sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const [index, { path }] of files.entries()) {
    if (files[index + 1]?.path === path) throw new Error(`the plan has two files at ${path}`);
  }
  return { main: main.path, files };
}

/**
 * Where a file or directory of a container lies below the output directory. Throws where the plan would have it
 * elsewhere.
 */
export function pathBelow(...parts: readonly string[]): string {
  const names = parts.flatMap((part) => part.split("/")).filter((name) => name !== "");
  if (names.some((name) => name === "." || name === "..")) throw new Error(`not a path to write: ${parts.join("/")}`);
  return names.join("/");
}
