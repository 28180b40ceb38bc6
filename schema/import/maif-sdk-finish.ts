/** What takes more than one key of guide 002's classes (maif-sdk.ts) to decide. */
import { valueAt } from "../kit/problems.ts";
import type { Workpiece } from "./types.ts";

/** Completes the spec after the tables. */
export function finishSdk(piece: Workpiece): void {
  if (valueAt(piece.source, ["auto_scaler"]) !== undefined) {
    piece.set("autoscaling.enabled", true);
    piece.note({
      kind: "added",
      from: "",
      to: "autoscaling.enabled",
      reason: "an AutoScaler that is started scales; here it scales gateways, never members",
      ruling: "ollamamax.hpa_even_members",
    });
  }
  if (piece.get("backup.schedule") !== undefined) {
    piece.set("backup.enabled", true);
    const reason = "a schedule means that backups are made";
    piece.note({ kind: "added", from: "", to: "backup.enabled", reason, ruling: "maif.backup_mix" });
  }
  finishBackupLocations(piece);
  finishReplicatedRegions(piece);
  finishCloudSize(piece);
  finishLocations(piece);
  finishPrimaryRegion(piece);
}

/** There is one place for backups; the first one is taken. */
function finishBackupLocations(piece: Workpiece): void {
  const locations = valueAt(piece.source, ["disaster_recovery_manager", "backup_locations"]);
  if (!Array.isArray(locations) || locations.length === 0) return;
  const from = "disaster_recovery_manager.backup_locations";
  for (const name of ["type", "bucket", "region", "encryption"]) {
    const value = valueAt(locations[0], [name]);
    if (value === undefined) continue;
    piece.set(`backup.storage.${name}`, value, [`${from}[0].${name}`]);
    piece.note({
      kind: "renamed",
      from: `${from}[0].${name}`,
      to: `backup.storage.${name}`,
      reason: "the first place",
    });
  }
  locations.slice(1).forEach((_, index) => {
    const reason = "backups go to one place; copies in further places have no option yet";
    piece.note({ kind: "dropped", from: `${from}[${index + 1}]`, reason, ruling: "import.backup-locations" });
  });
}

function finishReplicatedRegions(piece: Workpiece): void {
  const base = "disaster_recovery_manager.replication";
  const primary = valueAt(piece.source, base.split(".").concat("primary_region"));
  const secondaries = valueAt(piece.source, base.split(".").concat("secondary_regions"));
  const list: { name: unknown; role: string; from: string }[] = [];
  if (primary !== undefined) list.push({ name: primary, role: "primary", from: `${base}.primary_region` });
  if (Array.isArray(secondaries)) {
    secondaries.forEach((name: unknown, index) => {
      list.push({ name, role: "secondary", from: `${base}.secondary_regions[${index}]` });
    });
  }
  if (list.length === 0) return;
  list.forEach(({ name, role, from }, index) => {
    piece.set(`regions.list[${index}].name`, name, [from]);
    piece.set(`regions.list[${index}].role`, role, [from]);
  });
  piece.set(
    "replication.cross_region.regions",
    list.map(({ name }) => name),
    list.map(({ from }) => from),
  );
  const reason = "regions are listed once, each with its role";
  piece.note({ kind: "converted", from: base, to: "regions.list", reason });
}

function regionCount(piece: Workpiece): number {
  const list = piece.get("regions.list");
  return Array.isArray(list) ? list.length : 0;
}

/** deploy_to_cloud gives every cloud a cluster of the same size. */
function finishCloudSize(piece: Workpiece): void {
  const size = valueAt(piece.source, ["multi_cloud_deployer", "cluster_size"]);
  if (size === undefined) return;
  const from = "multi_cloud_deployer.cluster_size";
  for (let index = 0; index < regionCount(piece); index++) piece.set(`regions.list[${index}].members`, size, [from]);
  piece.note({ kind: "converted", from, to: "regions.list[].members", reason: "the same for every region" });
}

/** `aws_us_east_1` is provider aws in its region us-east-1. */
function finishLocations(piece: Workpiece): void {
  const clusters = valueAt(piece.source, ["hybrid_cloud_manager", "clusters"]);
  if (typeof clusters !== "object" || clusters === null) return;
  Object.entries(clusters).forEach(([name, cluster]: [string, unknown], index) => {
    const location = valueAt(cluster, ["location"]);
    if (location === undefined) return;
    const from = `hybrid_cloud_manager.clusters.${name}.location`;
    const match = typeof location === "string" ? /^(?:on_premises|(aws|gcp|azure)_(.+))$/.exec(location) : null;
    if (match === null) {
      const want = "on_premises, or a cloud and its region, for example aws_us_east_1";
      piece.problem({ path: from, message: `location must be ${want}`, got: location, want, rule: "format" });
      return;
    }
    piece.set(`regions.list[${index}].provider`, match[1] ?? "on_premises", [from]);
    if (match[2] !== undefined) {
      piece.set(`regions.list[${index}].machines.region`, match[2].replaceAll("_", "-"), [from]);
    }
    const to = "regions.list[].provider";
    piece.note({
      kind: "converted",
      from: "hybrid_cloud_manager.clusters.*.location",
      to,
      reason: "provider and region apart",
    });
  });
}

/** A spec says which region is the primary; the classes that list equal regions don't. */
function finishPrimaryRegion(piece: Workpiece): void {
  const count = regionCount(piece);
  const roles = Array.from({ length: count }, (_, index) => piece.get(`regions.list[${index}].role`));
  if (count === 0 || roles.includes("primary")) return;
  piece.set("regions.list[0].role", "primary");
  const reason = "the file names no primary region, and a spec has one: the first";
  piece.note({ kind: "added", from: "", to: "regions.list[0].role", reason, ruling: "import.primary-region" });
}
