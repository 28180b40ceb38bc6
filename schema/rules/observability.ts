/** Rules about what watches a cluster. */
import type { z } from "zod";
import type { observability } from "../concerns/observability.ts";
import type { Rule } from "./rule.ts";

interface Scope {
  observability: z.output<typeof observability>;
}

const receivers = "observability.alertmanager.receivers";

/** Rules for cluster specs. */
export const observabilityRules: readonly Rule<Scope>[] = [
  {
    id: "receiver-has-its-destination",
    severity: "error",
    source: "quorumkit",
    description: "A receiver of type webhook or slack has a url, one of type pagerduty a key.",
    reads: [receivers],
    check: ({ observability: { alertmanager } }) =>
      alertmanager.receivers.flatMap((receiver, index) => {
        const needed = receiver.type === "pagerduty" ? "key" : "url";
        if (receiver[needed] !== undefined) return [];
        const message = `receiver ${receiver.name} is of type ${receiver.type} and has no ${needed}`;
        return [{ path: `${receivers}[${index}].${needed}`, message, want: `a ${needed}` }];
      }),
    counterexample: { observability: { alertmanager: { receivers: [{ name: "on-call" }] } } },
  },
  {
    id: "receiver-names-differ",
    severity: "error",
    source: "quorumkit",
    description: "Every receiver has a name of its own.",
    reads: [receivers],
    check: ({ observability: { alertmanager } }) =>
      alertmanager.receivers.flatMap(({ name }, index) => {
        const first = alertmanager.receivers.findIndex((other) => other.name === name);
        if (first === index) return [];
        const message = `receivers ${first + 1} and ${index + 1} are both called ${name}`;
        return [{ path: `${receivers}[${index}].name`, message, want: "another name" }];
      }),
    counterexample: {
      observability: {
        alertmanager: {
          receivers: [
            { name: "on-call", url: "https://example.com/a" },
            { name: "on-call", url: "https://example.com/b" },
          ],
        },
      },
    },
  },
];
