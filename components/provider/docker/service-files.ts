/** `quorumkit:docker:ServiceFiles`: the files of a container, in a directory that is mounted there. */
import { createHmac, randomBytes } from "node:crypto";
import { join } from "node:path";
import { canonicalJson } from "@quorumkit/schema";
import { z } from "zod";
import { dropFiles, putFile } from "../container/mounted-files.ts";
import { containerState, reloadContainer, type ContainerPlace } from "../container/docker.ts";
import type { Difference, Handler, Properties } from "../core/handler.ts";
import { readIfThere } from "../node/config-file.ts";
import { listInputChanges } from "../node/input-changes.ts";
import { absolutePathInput, checkInputs, readInputs } from "../node/inputs.ts";

const fileName = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}(?:\/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}){0,4}$/,
    "must be a file name, with folders before it or not: letters, digits, dots, hyphens",
  );
const fileTexts = z.record(fileName, z.string());

const shape = z.object({
  /** Where the files are on this machine. It identifies the resource. */
  directory: absolutePathInput,
  /** What they hold, by name. */
  files: fileTexts,
  secretFiles: fileTexts.optional(),
  /** The account in the container that reads them, where root writes them. */
  owner: z.object({ uid: z.int(), gid: z.int() }).optional(),
  container: z.string().min(1),
  dockerHost: z.string().min(1),
  /** How a running container takes over changed files; without it another container has to. */
  reload: z
    .discriminatedUnion("kind", [
      z.object({ kind: z.literal("signal"), signal: z.literal("SIGHUP") }),
      z.object({ kind: z.literal("watches") }),
    ])
    .optional(),
});

type Inputs = z.output<typeof shape>;

/** What is done to containers. A test puts another in its place. */
export interface Signaller {
  state: (place: ContainerPlace) => Promise<"running" | "stopped" | undefined>;
  reload: (place: ContainerPlace) => Promise<void>;
}

/** The containers that the docker command reaches. */
export const containers: Signaller = { state: containerState, reload: reloadContainer };

/** Nobody but the container's account needs them, and it doesn't write them. */
const fileMode = 0o400;

/** The handler, with the way to tell containers. */
export function serviceFiles(signaller: Signaller): Handler {
  return {
    secrets: ["secretFiles", "salt"],
    outputs: ["checksum", "salt"],

    check(_context, _olds, news) {
      const failures = checkInputs(shape, news);
      if (failures.length > 0) return Promise.resolve(failures);
      const { files, secretFiles } = shape.partial().parse(news);
      const twice = Object.keys(files ?? {}).filter((name) => secretFiles !== undefined && name in secretFiles);
      return Promise.resolve(
        twice.map((name) => ({ property: "secretFiles", reason: `${name} is both a file and a secret one` })),
      );
    },

    async diff(_context, _id, old, news): Promise<Difference> {
      const inputs = readInputs(shape, news);
      const changes = listInputChanges(old, inputs, { names: Object.keys(shape.shape), replacing: ["directory"] });
      const [before, wanted] = [recordedTexts(old), textsOf(inputs)];
      const changed = differing(before, wanted);
      const effect = effectOf(inputs);
      const notes = changed.map((name) => `${name}: ${verbOf(before[name], wanted[name])}, ${effect}`);
      if (inputs.directory !== old["directory"]) return { changes, notes };
      const found = await readFiles(inputs.directory, Object.keys(wanted));
      const drifted = differing(found, wanted).filter((name) => !changed.includes(name));
      for (const name of drifted) {
        const what = found[name] === undefined ? "removed" : "changed";
        notes.push(`${name}: was ${what} by somebody, it will be written again`);
      }
      if (changes.length === 0 && drifted.length > 0) changes.push({ path: "files", kind: "update", input: false });
      return { changes, notes };
    },

    foresee(old, news) {
      const parsed = shape.safeParse(news);
      const salt = old["salt"];
      return parsed.success && typeof salt === "string" ? { salt, checksum: checksumOf(salt, parsed.data) } : {};
    },

    async create(_context, news) {
      const inputs = readInputs(shape, news);
      const wanted = textsOf(inputs);
      for (const [name, text] of Object.entries(wanted)) await putFile(inputs, name, text, fileMode);
      return { id: inputs.directory, state: describe(inputs, {}) };
    },

    async read(_context, id, old) {
      const parsed = shape.safeParse(old);
      if (!parsed.success) return undefined;
      const found = await readFiles(id, Object.keys(textsOf(parsed.data)));
      const texts = Object.values(found);
      if (texts.length > 0 && texts.every((text) => text === undefined)) return undefined;
      // What differs is seen, and undone, by the next update.
      return { inputs: parsed.data, state: old };
    },

    async update(_context, _id, old, news) {
      const inputs = readInputs(shape, news);
      const wanted = textsOf(inputs);
      const gone = Object.keys(recordedTexts(old)).filter((name) => wanted[name] === undefined);
      const changed = differing(await readFiles(inputs.directory, [...Object.keys(wanted), ...gone]), wanted);
      for (const name of changed) {
        const text = wanted[name];
        if (text !== undefined) await putFile(inputs, name, text, fileMode);
      }
      await dropFiles(inputs.directory, gone);
      if (changed.length > 0 && inputs.reload?.kind === "signal" && (await signaller.state(inputs)) === "running") {
        await signaller.reload(inputs);
      }
      return describe(inputs, old);
    },

    async delete(_context, id, old) {
      await dropFiles(id, Object.keys(recordedTexts(old)));
    },
  };
}

function textsOf({ files, secretFiles }: Pick<Inputs, "files" | "secretFiles">): Record<string, string> {
  return { ...files, ...secretFiles };
}

/** The files of the last update. */
function recordedTexts(old: Properties): Readonly<Record<string, string>> {
  const parsed = shape.pick({ files: true, secretFiles: true }).safeParse(old);
  return parsed.success ? textsOf(parsed.data) : {};
}

async function readFiles(
  directory: string,
  names: readonly string[],
): Promise<Readonly<Record<string, string | undefined>>> {
  const found = names.map(async (name) => [name, await readIfThere(join(directory, name))] as const);
  return Object.fromEntries(await Promise.all(found));
}

/** Names of files that differ, in order. */
function differing(
  before: Readonly<Record<string, string | undefined>>,
  after: Readonly<Record<string, string | undefined>>,
): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]).sort();
}

function verbOf(before: string | undefined, after: string | undefined): string {
  if (before === undefined) return "added";
  return after === undefined ? "removed" : "changed";
}

function effectOf({ reload }: Inputs): string {
  if (reload === undefined) return "replaces the container";
  return reload.kind === "signal"
    ? `reloaded without a restart (${reload.signal})`
    : "taken over by the running container";
}

function describe(inputs: Inputs, old: Properties): Properties {
  const known = old["salt"];
  const salt = typeof known === "string" ? known : randomBytes(32).toString("base64url");
  return { ...inputs, salt, checksum: checksumOf(salt, inputs) };
}

/** Salted, since it is shown, and a short secret among the files could be found by trying. */
function checksumOf(salt: string, inputs: Inputs): string {
  return createHmac("sha256", salt)
    .update(canonicalJson(textsOf(inputs)))
    .digest("hex");
}
