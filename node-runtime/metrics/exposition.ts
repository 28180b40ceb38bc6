/** Takes families of metrics out of Prometheus' text format. */

/** What a family is called, and what is said of it. */
export interface Family {
  name: string;
  help: string;
}

/** The families that are wanted, by their names in the text; they get the names and the help that stand here. */
export function selectFamilies(text: string, wanted: ReadonlyMap<string, Family>): string {
  const kept: string[] = [];
  for (const line of text.split("\n")) {
    const [, comment = "", name = "", rest = ""] =
      /^(# (?:HELP|TYPE) )?([A-Za-z_:][A-Za-z0-9_:]*)(.*)$/.exec(line) ?? [];
    const [family, suffix] = familyOf(name, wanted);
    if (family === undefined) continue;
    const value = comment === "# HELP " ? ` ${family.help}` : rest;
    kept.push(`${comment}${family.name}${suffix}${value}`);
  }
  return kept.length === 0 ? "" : `${kept.join("\n")}\n`;
}

function familyOf(name: string, wanted: ReadonlyMap<string, Family>): [Family | undefined, string] {
  const family = wanted.get(name);
  if (family !== undefined) return [family, ""];
  const suffix = /_(?:bucket|sum|count)$/.exec(name)?.[0] ?? "";
  return [wanted.get(name.slice(0, name.length - suffix.length)), suffix];
}
