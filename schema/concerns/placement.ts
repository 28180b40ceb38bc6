/** Where the nodes of a cluster stand. Each node's own config names its place under `node`. */
import { z } from "zod";
import { option, section } from "../kit/option.ts";
import { nodeLabels, placeName } from "./node.ts";

/** `placement` in files. */
export const placement = section(
  {
    title: "Placement",
    description:
      "Region, zones and racks of the nodes, and what they are labelled with (guide 000, Multi-Region Deployment).",
  },
  {
    region: option(placeName().optional(), {
      description: "Region of all nodes.",
      source: "000:129",
      apply: "rolling",
      example: "us-west-2",
    }),
    zones: option(z.array(placeName()).max(16).default([]), {
      description: "Availability zones, given to the nodes in turn.",
      source: "000:130",
      apply: "rolling",
      example: ["us-west-2a", "us-west-2b", "us-west-2c"],
    }),
    racks: option(z.array(placeName()).max(64).default([]), {
      description: "Racks, given to the nodes in turn.",
      source: "000:1038",
      apply: "rolling",
      example: ["rack-1", "rack-2", "rack-3"],
    }),
    labels: option(nodeLabels().default({}), {
      description: "Labels of every node.",
      source: "quorumkit",
      apply: "rolling",
      example: { disk: "nvme" },
    }),
  },
);
