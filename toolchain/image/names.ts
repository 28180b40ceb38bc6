/** Names of the images that are built here: those which the options of a cluster have by default. */
import { readClusterSpec } from "@quorumkit/schema";

/** The images of node-runtime/Dockerfile, by its targets. */
export const imageTargets = ["node", "load-balancer"] as const;
export type ImageTarget = (typeof imageTargets)[number];

/** For example `{ node: "quorumkit/node:0.1.0", … }`. */
export function imageNames(): Record<ImageTarget, string> {
  const { value } = readClusterSpec({ name: "images", system: "coordinator" });
  if (value === undefined) throw new Error("the schema has no defaults");
  return { node: value.target.compose.image, "load-balancer": value.loadBalancer.image };
}
