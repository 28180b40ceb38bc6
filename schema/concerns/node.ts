/** The node itself: who it is, which of the two roles it has, and where it stands. */
import { z } from "zod";
import { option, section } from "../kit/option.ts";
import { dnsLabel, host } from "../kit/text.ts";

/** The name of a region, zone or rack: `us-west-2`, `us-west-2a`, `East US`, `rack-1`. */
export const placeName = () =>
  z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,62})$/, "letters, digits, spaces, dots, underscores and hyphens");

/** Labels in the form of Kubernetes: names and values of at most 63 characters. */
export const nodeLabels = () =>
  z.record(
    z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$/, "a label name of at most 63 characters"),
    z
      .string()
      .regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/, "a label value of at most 63 characters"),
  );

/**
 * `node` in files. `leader`, `follower`, `primary` and `worker` of the guides are no roles here: leadership is elected,
 * and what a node does for artifacts is `artifacts.role`.
 */
export const node = section(
  { title: "Node", description: "Identity and place of the node." },
  {
    id: option(dnsLabel(), {
      description: "Identifier of the node, unique in its cluster and kept for the life of its data.",
      source: "003:195",
      apply: "migrate",
      env: ["NODE_ID", "GRAPE_NODE_ID", "MAIF_NODE_ID"],
      example: "node-1",
    }),
    name: option(
      z
        .string()
        .regex(/^[^\p{Cc}\p{Cs}]{1,128}$/u, "1 to 128 characters, none of them a control character")
        .optional(),
      {
        description: "Name shown to people. Without it the id is shown.",
        source: "000:128",
        apply: "hot",
        env: ["NODE_NAME"],
        example: "primary-node",
      },
    ),
    address: option(host().optional(), {
      description:
        "Host name or address by which other nodes reach this one; the address of the API where none is given.",
      source: "quorumkit",
      apply: "migrate",
      example: "node-1",
    }),
    role: option(z.enum(["member", "gateway"]).default("member"), {
      description:
        "A member votes and holds state; a gateway is stateless and uses the members' store. Which member leads is elected.",
      source: "design",
      apply: "migrate",
    }),
    region: option(placeName().optional(), {
      description: "Region the node runs in.",
      source: "000:129",
      apply: "rolling",
      example: "us-west-2",
    }),
    zone: option(placeName().optional(), {
      description: "Availability zone the node runs in; copies are spread over zones.",
      source: "000:130",
      apply: "rolling",
      example: "us-west-2a",
    }),
    rack: option(placeName().optional(), {
      description: "Rack the node stands in; copies are spread over racks within a zone.",
      source: "000:1038",
      apply: "rolling",
      example: "rack-1",
    }),
    labels: option(nodeLabels().default({}), {
      description: "Labels of the node, for placement and for its metrics.",
      source: "quorumkit",
      apply: "rolling",
      example: { disk: "nvme" },
    }),
  },
);
