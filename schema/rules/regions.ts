/** Rules about regions, and about what names regions elsewhere. */
import type { z } from "zod";
import type { artifacts } from "../concerns/artifacts.ts";
import type { loadBalancer } from "../concerns/load-balancer.ts";
import type { regions } from "../concerns/regions.ts";
import type { replication } from "../concerns/replication.ts";
import { parseDuration } from "../kit/duration.ts";
import type { Rule } from "./rule.ts";

interface Scope {
  regions: z.output<typeof regions>;
  replication: z.output<typeof replication>;
  artifacts: z.output<typeof artifacts>;
  loadBalancer: z.output<typeof loadBalancer>;
}

/** Rules for cluster specs. */
export const regionsRules: readonly Rule<Scope>[] = [
  {
    id: "unique-regions",
    severity: "error",
    source: "design",
    description: "No two regions have the same name.",
    reads: ["regions.list"],
    check: ({ regions: { list } }) =>
      list.flatMap(({ name }, index) =>
        list.findIndex((region) => region.name === name) === index
          ? []
          : [
              {
                path: `regions.list.${index}.name`,
                message: `there are two regions named ${JSON.stringify(name)}`,
                want: "a name of its own",
              },
            ],
      ),
    counterexample: { regions: { list: [{ name: "us-east-1", role: "primary" }, { name: "us-east-1" }] } },
  },
  {
    id: "one-primary-region",
    severity: "error",
    source: "002:590",
    description: "Of several regions exactly one is the primary.",
    reads: ["regions.list"],
    check: ({ regions: { list } }) => {
      const primaries = list.filter(({ role }) => role === "primary").length;
      return list.length === 0 || primaries === 1
        ? []
        : [
            {
              path: "regions.list",
              message: `exactly one region must be the primary, not ${primaries === 0 ? "none" : String(primaries)}`,
              want: "one region with role: primary",
            },
          ];
    },
    counterexample: { regions: { list: [{ name: "us-east-1" }, { name: "eu-west-1" }] } },
  },
  {
    id: "named-regions-exist",
    severity: "error",
    source: "000:1051",
    description: "Regions that replication and placement name are in the list, where there is one.",
    reads: ["regions.list", "replication.crossRegion.regions", "artifacts.placement.specificRegions"],
    check: ({ regions: { list }, replication: { crossRegion }, artifacts: { placement } }) => {
      const known = list.map(({ name }) => name);
      return known.length === 0
        ? []
        : [
            { path: "replication.crossRegion.regions", names: crossRegion.regions },
            { path: "artifacts.placement.specificRegions", names: placement.specificRegions },
          ].flatMap(({ path, names }) =>
            names.flatMap((name, index) =>
              known.includes(name)
                ? []
                : [
                    {
                      path: `${path}.${index}`,
                      message: `there is no region ${JSON.stringify(name)} in regions.list`,
                      want: `one of ${known.join(", ")}`,
                    },
                  ],
            ),
          );
    },
    counterexample: {
      regions: { list: [{ name: "us-east-1", role: "primary" }] },
      artifacts: { placement: { specific_regions: ["eu-west-1"] } },
    },
  },
  {
    id: "geographic-balancing-needs-locations",
    severity: "error",
    source: "002:352",
    description: "Geographic balancing has at least two regions, each with its location.",
    reads: ["regions.list", "loadBalancer.geographic.enabled"],
    check: ({ regions: { list }, loadBalancer: { geographic } }) => {
      if (!geographic.enabled) return [];
      if (list.length < 2) {
        return [
          {
            path: "loadBalancer.geographic.enabled",
            message: "geographic balancing needs at least two regions to choose from",
            want: "false, or two regions in regions.list",
          },
        ];
      }
      return list.flatMap((region, index) =>
        region.location === undefined
          ? [
              {
                path: `regions.list.${index}.location`,
                message: "geographic balancing needs to know where the region is",
                want: "latitude and longitude",
              },
            ]
          : [],
      );
    },
    counterexample: { load_balancer: { geographic: { enabled: true } } },
  },
  {
    id: "public-regions-need-mutual-tls",
    severity: "error",
    source: "002:721",
    description: "Regions that are reached over the internet show each other certificates.",
    reads: ["regions.list", "regions.connectivity"],
    check: ({ regions: { list, connectivity } }) =>
      !connectivity.mutualTls && !connectivity.vpnTunnels && list.some(({ exposure }) => exposure === "public")
        ? [
            {
              path: "regions.connectivity.mutualTls",
              message: "without it anybody on the internet can pose as a region",
              want: "true, or VPN tunnels, or private exposure of every region",
            },
          ]
        : [],
    counterexample: {
      regions: {
        list: [{ name: "us-east-1", role: "primary", exposure: "public" }],
        connectivity: { mutual_tls: false },
      },
    },
  },
  {
    id: "replication-lag-within-rpo",
    severity: "error",
    source: "002:592",
    description: "An alert about replication lag comes before more is at stake than rpo_target allows.",
    reads: ["regions.disasterRecovery"],
    check: ({ regions: { disasterRecovery } }) =>
      parseDuration(disasterRecovery.replicationLagThreshold) <= parseDuration(disasterRecovery.rpoTarget)
        ? []
        : [
            {
              path: "regions.disasterRecovery.replicationLagThreshold",
              message: "replication_lag_threshold must be at most rpo_target",
              want: `at most the ${disasterRecovery.rpoTarget} of regions.disaster_recovery.rpo_target`,
            },
          ],
    counterexample: { regions: { disaster_recovery: { replication_lag_threshold: "10m" } } },
  },
  {
    id: "region-sync-within-rpo",
    severity: "warning",
    source: "000:1055",
    description: "Changes are sent to other regions often enough to keep rpo_target.",
    reads: ["regions.disasterRecovery.rpoTarget", "replication.crossRegion"],
    check: ({ regions: { disasterRecovery }, replication: { crossRegion } }) =>
      crossRegion.enabled && parseDuration(crossRegion.syncInterval) > parseDuration(disasterRecovery.rpoTarget)
        ? [
            {
              path: "replication.crossRegion.syncInterval",
              message: "changes are sent to other regions less often than rpo_target allows",
              want: `at most the ${disasterRecovery.rpoTarget} of regions.disaster_recovery.rpo_target`,
            },
          ]
        : [],
    counterexample: {
      replication: { cross_region: { enabled: true, regions: ["us-west-2", "us-east-1"], sync_interval: "10m" } },
    },
  },
];
