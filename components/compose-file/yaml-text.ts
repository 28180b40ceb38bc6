/** YAML that Docker reads as it is meant: its readers take `on` for a truth, `1:30` for a number, `$x` for a variable. */
import { Document, isMap, isScalar, isSeq, Scalar, type Node } from "yaml";

/** What a file holds. `undefined` is left out. */
export type YamlValue = string | number | boolean | Scalar | YamlValue[] | { [key: string]: YamlValue | undefined };

/** A number that is written in octal, as file modes are. */
export function octal(mode: number): Scalar {
  const scalar = new Scalar(mode);
  scalar.format = "OCT";
  return scalar;
}

/** The text of a file: comment lines first. Every `$` of a value is doubled, so that Docker puts nothing in its place. */
export function yamlText(comment: readonly string[], value: YamlValue): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  quote(document.contents);
  const lines = comment.map((line) => (line === "" ? "#" : `# ${line}`));
  return `${lines.join("\n")}\n${document.toString({ lineWidth: 0 })}`;
}

/** Texts that no reader takes for anything else; `e0` is a number to some. */
const plain = /^(?:\.?\/|--?)?(?![eE]\d)[A-Za-z][A-Za-z0-9_./:-]*[A-Za-z0-9]$/;
const words = new Set(["no", "yes", "on", "off", "true", "false", "null"]);

function isPlain(text: string): boolean {
  return plain.test(text) && !words.has(text.toLowerCase());
}

function quote(node: Node | null): void {
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      if (isScalar(key)) quoteScalar(key);
      quote(value as Node | null);
    }
  } else if (isSeq(node)) {
    for (const item of node.items) quote(item as Node | null);
  } else if (isScalar(node) && typeof node.value === "string") {
    node.value = node.value.replaceAll("$", "$$$$");
    quoteScalar(node);
  }
}

function quoteScalar(scalar: Scalar): void {
  if (typeof scalar.value !== "string") return;
  scalar.type = isPlain(scalar.value) ? "PLAIN" : "QUOTE_DOUBLE";
}
