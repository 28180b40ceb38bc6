/** Finds services that want the same port of the host. Pure. */
import type { Problem } from "@quorumkit/schema";
import type { PlannedService } from "../plan/service.ts";

interface Published {
  service: string;
  address: string;
  port: number;
  option: string;
}

const wildcards = new Set(["0.0.0.0", "::"]);

/** A problem for each port that two services want. */
export function listPublishedTwice(services: readonly PlannedService[]): Problem[] {
  const all = services.flatMap(({ name, ports }) =>
    ports.flatMap(({ publish }): Published[] => (publish === undefined ? [] : [{ service: name, ...publish }])),
  );
  return all.flatMap((later, index) => {
    const earlier = all.slice(0, index).find((other) => meet(other, later));
    return earlier === undefined ? [] : [describe(earlier, later)];
  });
}

function meet(a: Published, b: Published): boolean {
  return a.port === b.port && (a.address === b.address || wildcards.has(a.address) || wildcards.has(b.address));
}

function describe(earlier: Published, later: Published): Problem {
  return {
    severity: "error",
    path: later.option,
    message: `${later.option} gives ${later.service} port ${later.port} of the host, which ${earlier.option} gives to ${earlier.service}`,
    got: later.port,
    want: `another port than the ${later.port} of ${earlier.option}`,
    rule: "published-ports-differ",
  };
}
