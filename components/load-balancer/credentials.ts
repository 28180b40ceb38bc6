/** The credential of a request, as a key of limits and caches. It is never logged. */
import type { ClusterSpec } from "@quorumkit/schema";
import { block } from "./text.ts";

/** Digits of the hash, each of 16 values. */
const digits = ["a", "b", "c", "d", "e", "f", "g", "h"];

/** Headers that hold a credential, as nginx's variables; the nodes read the same ones. */
export function credentialVariables({ security }: Pick<ClusterSpec, "security">): string[] {
  const named = security.auth.providers.flatMap((provider) => (provider.type === "api_key" ? [provider.header] : []));
  const names = ["authorization", "x-api-key", ...named].map((name) => name.toLowerCase().replaceAll("-", "_"));
  return [...new Set(names)].map((name) => `$http_${name}`);
}

/** Defines `$credential`, empty where there is none, and `$credential_hash`, a short hash of it, empty where it is. */
export function credentialMaps(spec: Pick<ClusterSpec, "security">): string[] {
  // No header can hold a line break, so two different pairs of headers never become one text.
  const source = credentialVariables(spec).join("\\n");
  return [
    ...block(`map "${source}" $credential`, [`"~^\\n*$" "";`, `default "${source}";`]),
    // nginx has no hash function for configurations, but it hashes to split clients: eight digits, each salted. So a zone
    // holds no credential, and a long one takes no more room in it than a short one.
    ...digits.flatMap((digit) =>
      block(
        `split_clients "${digit}$credential" $credential_hash_${digit}`,
        Array.from({ length: 16 }, (_, value) => `${value < 15 ? "6.25%" : "*"} ${value.toString(16)};`),
      ),
    ),
    ...block("map $credential $credential_hash", [
      `"" "";`,
      `default "${digits.map((digit) => `$credential_hash_${digit}`).join("")}";`,
    ]),
  ];
}
