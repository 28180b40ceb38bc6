/** Which of the values that a program gave are secret, and whether the plan may be shown all the same. */
import * as pulumi from "@pulumi/pulumi";
import { clusterSpecSchema, findDetails, schemaAt } from "@quorumkit/schema";

/** An Output among args, with its place. */
export interface FoundOutput {
  path: readonly (string | number)[];
  output: pulumi.Output<unknown>;
}

/** Every Output (or promise) in args, from the outside in. */
export function findOutputs(value: unknown, path: readonly (string | number)[] = []): FoundOutput[] {
  if (pulumi.Output.isInstance(value)) return [{ path, output: value }];
  if (value instanceof Promise) return [{ path, output: pulumi.output(value as Promise<unknown>) }];
  if (Array.isArray(value)) return value.flatMap((item, index) => findOutputs(item, [...path, index]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => findOutputs(item, [...path, key]));
}

/**
 * True where a secret stands in a place that isn't known to hold one, so that it can't be told apart from what may be
 * shown. Secrets in secret options are carried apart by the plan.
 */
export function hasStraySecret(outputs: readonly FoundOutput[]): pulumi.Output<boolean> {
  const stray = outputs.filter(({ path }) => {
    const schema = schemaAt(clusterSpecSchema, path);
    return schema === undefined || findDetails(schema)?.secret !== true;
  });
  return pulumi.output(
    Promise.all(stray.map(({ output }) => pulumi.isSecret(output))).then((secret) => secret.includes(true)),
  );
}
