/** Finds listeners of different nodes that want the same port of one machine. Pure. */
import type { Problem } from "@quorumkit/schema";
import { portsMeet, type Endpoint } from "../plan/endpoints.ts";
import type { Plan } from "../plan/plan.ts";

/** A problem for each pair of options that meet, told of the first two nodes where they do. */
export function listCollisions({ nodes }: Plan, portStep: number): Problem[] {
  const listeners = nodes.flatMap(({ id, endpoints }) => endpoints.map((endpoint) => ({ id, endpoint })));
  const found = new Map<string, Problem>();
  for (const [index, later] of listeners.entries()) {
    for (const earlier of listeners.slice(0, index)) {
      // Two of one node are the rules' own affair.
      if (earlier.id === later.id || !portsMeet(earlier.endpoint, later.endpoint)) continue;
      const options = [earlier.endpoint.option, later.endpoint.option].sort().join(" ");
      if (!found.has(options)) found.set(options, describe(earlier, later, portStep));
    }
  }
  return [...found.values()];
}

interface Listener {
  id: string;
  endpoint: Endpoint;
}

function describe(earlier: Listener, later: Listener, portStep: number): Problem {
  return {
    severity: "error",
    path: "target.local_cluster.port_step",
    message:
      `with a port_step of ${portStep}, ${later.endpoint.option} of ${later.id} is port ${later.endpoint.port}, ` +
      `which is ${earlier.endpoint.option} of ${earlier.id}`,
    want: `another port_step, or other ports for ${earlier.endpoint.option} and ${later.endpoint.option}`,
    rule: "local-cluster-ports-differ",
  };
}
