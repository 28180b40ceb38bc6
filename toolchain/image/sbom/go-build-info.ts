/**
 * The modules that a Go program was built from, which the linker writes into it (package debug/buildinfo). They are read
 * from the program itself: where it was downloaded there is no Go, and what counts is what is in it.
 */

/** What a Go program says of its build. */
export interface GoBuildInfo {
  /** For example `go1.26.8`. */
  goVersion: string;
  /** The package of its main function. */
  path: string;
  modules: GoModule[];
}

/** A module at a version; where one replaced another it is the replacement. */
export interface GoModule {
  name: string;
  version: string;
}

const magic = Buffer.from("\xff Go buildinf:", "latin1");
/** The header is aligned to this, and what it tells of begins after twice as much. */
const alignment = 16;
const headerSize = 32;
/** In the byte of flags: both texts follow the header, as Go has written them since 1.18. */
const inlineTexts = 2;
/** Marks around the list of modules. */
const sentinel = 16;

/** Reads the build information of a program. @throws Error when it has none, or that of a Go before 1.18 */
export function readGoBuildInfo(program: Buffer): GoBuildInfo {
  for (let at = program.indexOf(magic); at !== -1; at = program.indexOf(magic, at + 1)) {
    // The program also holds the magic among its constants, where it reads build information itself.
    if (at % alignment !== 0 || ((program[at + magic.length + 1] ?? 0) & inlineTexts) === 0) continue;
    const [goVersion, next] = readText(program, at + headerSize);
    const [modules] = readText(program, next);
    if (/^go\d/.test(goVersion)) return { goVersion, ...parseModules(modules.slice(sentinel, -sentinel)) };
  }
  throw new Error("the program has no build information of Go 1.18 or later");
}

/** A text with its length before it, seven bits to a byte. Latin-1 keeps bytes apart that are no text. */
function readText(program: Buffer, start: number): [text: string, next: number] {
  let length = 0;
  let at = start;
  for (let shift = 0; ; shift += 7) {
    const byte = program[at++] ?? 0;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return [program.toString("latin1", at, at + length), at + length];
}

function parseModules(text: string): Pick<GoBuildInfo, "path" | "modules"> {
  let path = "";
  const modules: GoModule[] = [];
  for (const [kind, name = "", version = ""] of text.split("\n").map((line) => line.split("\t"))) {
    if (kind === "path") path = name;
    else if (kind === "dep") modules.push({ name, version });
    else if (kind === "=>") modules.splice(-1, 1, { name, version });
  }
  return { path, modules };
}
