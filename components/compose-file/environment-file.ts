/** Files with the secret variables of a service, for `env_file`. Compose and `docker stack` read them differently. */

/**
 * For Compose (its dotenv). Single quotes keep everything as it is, but a backslash before a quote or at the end; such a
 * value stands in double quotes, where `\`, `"` and `$` are escaped.
 */
export function composeEnvironmentFile(variables: Readonly<Record<string, string>>): string {
  return lines(variables, (value) =>
    /\\(?:'|$)/.test(value) ? `"${value.replaceAll(/[\\"$]/g, "\\$&")}"` : `'${value.replaceAll("'", "\\'")}'`,
  );
}

/** For `docker stack`, which takes a line as it is: {@link fitsOneLine} says whether a value can be written. */
export function stackEnvironmentFile(variables: Readonly<Record<string, string>>): string {
  return lines(variables, (value) => value);
}

/** Whether `docker stack` can read a value. */
export function fitsOneLine(value: string): boolean {
  return !/[\r\n]/.test(value);
}

function lines(variables: Readonly<Record<string, string>>, write: (value: string) => string): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${write(value)}\n`)
    .join("");
}
