/** Regions and clouds that a cluster is deployed to: guide 002's geographic, multi-cloud, hybrid and disaster-recovery settings. */
import { z } from "zod";
import { duration } from "../kit/duration.ts";
import { httpUrl } from "../kit/http-url.ts";
import { option, section } from "../kit/option.ts";
import { size } from "../kit/size.ts";
import { dnsLabel } from "../kit/text.ts";

const resourceName = () =>
  z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,127}$/, "letters, digits, spaces, dots, slashes, underscores and hyphens");

const location = section(
  { title: "Location", description: "Where the region is, for geographic balancing." },
  {
    latitude: option(z.number().min(-90).max(90), {
      description: "Degrees north.",
      unit: "degrees",
      source: "002:352",
      apply: "hot",
      example: 39.0458,
    }),
    longitude: option(z.number().min(-180).max(180), {
      description: "Degrees east.",
      unit: "degrees",
      source: "002:352",
      apply: "hot",
      example: -76.6413,
    }),
  },
);

const capacity = section(
  { title: "Capacity", description: "What the region can bear. Balancing and placement go by it." },
  {
    requests: option(z.int().min(1).optional(), {
      description: "Requests a second that it is sent at most.",
      unit: "requests per second",
      source: "002:353",
      apply: "hot",
      example: 1_000,
    }),
    cpu: option(z.int().min(1).optional(), {
      description: "Cores of all its machines.",
      unit: "cores",
      source: "002:683",
      apply: "hot",
      example: 96,
    }),
    memory: option(size({ min: "1Gi" }).optional(), {
      description: "Memory of all its machines.",
      source: "002:683",
      apply: "hot",
      example: "384GB",
    }),
    storage: option(size({ min: "1Gi" }).optional(), {
      description: "Storage of all its machines.",
      source: "002:683",
      apply: "hot",
      example: "10TB",
    }),
  },
);

const machines = section(
  { title: "Machines", description: "What is rented from a cloud provider, in the provider's own words." },
  {
    region: option(resourceName().optional(), {
      description: "The provider's name of the region. Without it, the region's own name.",
      source: "002:623",
      apply: "migrate",
      example: "us-east-1",
    }),
    machineType: option(resourceName().optional(), {
      description: "Type of the machines (instance_type, machine_type, vm_size).",
      source: "002:624",
      apply: "rolling",
      example: "c5.4xlarge",
    }),
    storageType: option(resourceName().optional(), {
      description: "Type of their volumes.",
      source: "002:625",
      apply: "migrate",
      example: "gp3",
    }),
    network: option(resourceName().optional(), {
      description: "Existing network (VPC, VNet) that they join.",
      source: "002:626",
      apply: "migrate",
      example: "vpc-12345",
    }),
  },
);

const region = section(
  { title: "Region", description: "One place that the cluster is deployed to: a region of a cloud, or own premises." },
  {
    name: option(dnsLabel(), {
      description: "Name of the region in this spec.",
      source: "002:350",
      apply: "migrate",
      example: "us-east-1",
    }),
    role: option(z.enum(["primary", "secondary"]).default("secondary"), {
      description: "The primary takes writes; a secondary keeps a copy and takes over.",
      source: "002:590",
      apply: "rolling",
    }),
    provider: option(z.enum(["aws", "gcp", "azure", "on_premises"]).optional(), {
      description: "Whose machines they are.",
      source: "002:622",
      apply: "migrate",
      example: "aws",
    }),
    members: option(z.union([z.literal(1), z.literal(3), z.literal(5), z.literal(7)]).default(3), {
      description: "Members of the region's cluster.",
      unit: "nodes",
      source: "002:650",
      apply: "rolling",
    }),
    endpoint: option(httpUrl().optional(), {
      description: "Address of the region's load balancer, where it exists already.",
      source: "002:694",
      apply: "hot",
      example: "https://maif-aws.example.com",
    }),
    exposure: option(z.enum(["public", "private"]).default("private"), {
      description: "Whether other regions reach it over the internet or over a private network.",
      source: "002:685",
      apply: "rolling",
    }),
    jurisdictions: option(
      z
        .array(z.string().regex(/^[A-Z]{2}$/, "a two-letter code, for example EU or US"))
        .max(64)
        .default([]),
      {
        description: "Laws that data in the region is under, for data residency. Empty: not said.",
        source: "002:377",
        apply: "hot",
        example: ["EU"],
      },
    ),
    location: location.optional(),
    capacity: capacity.prefault({}),
    machines: machines.prefault({}),
  },
);

const disasterRecovery = section(
  {
    title: "Disaster recovery",
    description: "What is promised when a region is lost, and how it is kept (guide 002).",
  },
  {
    rtoTarget: option(duration({ min: "1s", max: "7d" }).default("15m"), {
      description: "Time until the cluster works again. Drills measure it; an alert fires when it isn't kept.",
      source: "002:551",
      apply: "hot",
    }),
    rpoTarget: option(duration({ min: "0s", max: "7d" }).default("5m"), {
      description: "How much of the latest writes may be lost.",
      source: "002:552",
      apply: "hot",
    }),
    replicationLagThreshold: option(duration({ min: "100ms", max: "24h" }).default("30s"), {
      description: "How far a secondary region may be behind before an alert fires.",
      source: "002:592",
      apply: "hot",
    }),
    automatedFailover: option(z.boolean().default(true), {
      description: "Makes a secondary the primary when the primary is lost. Off, a person does it.",
      source: "002:597",
      apply: "hot",
    }),
    validateData: option(z.boolean().default(true), {
      description: "Checks a region's data before it becomes the primary.",
      source: "002:598",
      apply: "hot",
    }),
    rollback: option(z.boolean().default(true), {
      description: "Keeps the state from before a failover, so that it can be undone.",
      source: "002:599",
      apply: "hot",
    }),
  },
);

const connectivity = section(
  {
    title: "Connections between regions",
    description: "How regions talk to each other. It is always TLS with AES-256 or better.",
  },
  {
    mutualTls: option(z.boolean().default(true), {
      description: "Both sides show a certificate.",
      source: "002:721",
      apply: "rolling",
    }),
    vpnTunnels: option(z.boolean().default(false), {
      description: "The regions are joined by VPN tunnels that exist already, and are reached at private addresses.",
      source: "002:719",
      apply: "rolling",
    }),
  },
);

/** `regions` in files. */
export const regions = section(
  { title: "Regions", description: "The places that a multi-region cluster is deployed to (guide 002)." },
  {
    list: option(z.array(region).max(32).default([]), {
      description: "The regions. Empty: one, where the target is.",
      source: "002:350",
      apply: "rolling",
    }),
    disasterRecovery: disasterRecovery.prefault({}),
    connectivity: connectivity.prefault({}),
  },
);
