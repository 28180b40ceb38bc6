/** Changes of form between the guides' config files and the spec: bare numbers get their unit, words become those of the options. */
import type { Conversion } from "./types.ts";

const isCount = (value: unknown): value is number => typeof value === "number" && Number.isInteger(value) && value >= 0;

function number(wants: string, write: (value: number) => string): Conversion {
  return { wants, convert: (value) => (isCount(value) ? write(value) : undefined) };
}

/** `5000` -> `5s`, `150` -> `150ms`. */
export const milliseconds = number("a whole number of milliseconds", (value) =>
  value % 1_000 === 0 ? `${value / 1_000}s` : `${value}ms`,
);

/** `60` -> `60s`. */
export const seconds = number("a whole number of seconds", (value) => `${value}s`);

/** `2048` -> `2048Mi`. */
export const mebibytes = number("a whole number of MiB", (value) => `${value}Mi`);

/** `512` -> `512MB`. */
export const megabytes = number("a whole number of MB", (value) => `${value}MB`);

/** `10485760` -> `10Mi`; a number of bytes that is no multiple of 1024 stays one. */
export const bytes = number("a whole number of bytes", (value) => {
  if (value % 2 ** 20 === 0) return `${value / 2 ** 20}Mi`;
  return value % 2 ** 10 === 0 ? `${value / 2 ** 10}Ki` : `${value}B`;
});

/** `8` -> `"8"`: a CPU quantity is a text. */
export const cpuQuantity: Conversion = {
  wants: "a number of cores",
  convert: (value) => (typeof value === "number" ? String(value) : typeof value === "string" ? value : undefined),
};

/** One word for another. */
export function words(table: Readonly<Record<string, unknown>>): Conversion {
  return {
    wants: `one of ${Object.keys(table).join(", ")}`,
    convert: (value) => (typeof value === "string" && Object.hasOwn(table, value) ? table[value] : undefined),
  };
}

/** The level names of Python and of the other guides. */
export const logLevel: Conversion = {
  wants: "one of DEBUG, INFO, WARNING, ERROR, CRITICAL",
  convert: (value) =>
    typeof value === "string"
      ? new Map([
          ["debug", "debug"],
          ["info", "info"],
          ["warn", "warn"],
          ["warning", "warn"],
          ["error", "error"],
          ["critical", "error"],
        ]).get(value.toLowerCase())
      : undefined,
};

/** `true` stands for one value, `false` for another. */
export function whether(whenTrue: unknown, whenFalse: unknown): Conversion {
  return {
    wants: "true or false",
    convert: (value) => (value === true ? whenTrue : value === false ? whenFalse : undefined),
  };
}

/** One value that becomes a list of it. */
export const listed: Conversion = {
  wants: "a text",
  convert: (value) => (typeof value === "string" ? [value] : undefined),
};

/** A list becomes its length. */
export const length: Conversion = {
  wants: "a list",
  convert: (value) => (Array.isArray(value) ? value.length : undefined),
};

/** `-1` -> `1`: the direction is said elsewhere. */
export const magnitude: Conversion = {
  wants: "a whole number",
  convert: (value) => (typeof value === "number" && Number.isInteger(value) ? Math.abs(value) : undefined),
};

function splitAddress(value: unknown): { host: string; port: number } | undefined {
  const match =
    typeof value === "string" ? /^(?:\[(?<v6>[^\]]+)\]|(?<name>[^:]+)):(?<port>\d{1,5})$/.exec(value) : null;
  const groups = match?.groups;
  const host = groups?.["v6"] ?? groups?.["name"];
  return host === undefined ? undefined : { host, port: Number(groups?.["port"]) };
}

/** `0.0.0.0:8080` -> `0.0.0.0`. */
export const addressHost: Conversion = {
  wants: "an address and a port, for example 0.0.0.0:8080",
  convert: (value) => splitAddress(value)?.host,
};

/** `0.0.0.0:8080` -> `8080`. */
export const addressPort: Conversion = {
  wants: "an address and a port, for example 0.0.0.0:8080",
  convert: (value) => splitAddress(value)?.port,
};

/** `/ip4/node-1/tcp/4001` -> `/dns4/node-1/tcp/4001`: a name is no IP address. */
export const multiaddrs: Conversion = {
  wants: "a list of multiaddrs",
  convert: (value) =>
    Array.isArray(value)
      ? value.map((address: unknown) =>
          typeof address === "string"
            ? address.replace(/^\/ip4\/(?![\d.]+\/)/, "/dns4/").replace(/^\/ip6\/(?![0-9A-Fa-f:]+\/)/, "/dns6/")
            : address,
        )
      : undefined,
};

/** `coordinator.duckdb` -> `coordinator.db`. */
export const sqliteFile: Conversion = {
  wants: "the path of a file",
  convert: (value) => (typeof value === "string" ? value.replace(/\.duckdb$/, ".db") : undefined),
};
