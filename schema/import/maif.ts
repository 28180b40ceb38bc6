/** The config files of MAIF: guide 002's cluster.yaml, its cluster_config, and its Python classes as sections (maif-sdk.ts). */
import { valueAt } from "../kit/problems.ts";
import { words } from "./conversions.ts";
import { finishSdk } from "./maif-sdk-finish.ts";
import { sdkEntries } from "./maif-sdk.ts";
import { addressReason, identityReason, takeCommon } from "./nodes.ts";
import { dropped, handled, option, type Format, type Workpiece } from "./types.ts";

export const maif: Format = {
  name: "maif",
  entries: [
    option("cluster.name", "name"),
    option("cluster.replication_factor", "artifacts.replication_factor"),
    option("cluster.consistency_level", "artifacts.consistency_level"),
    dropped(
      "storage.type",
      "import.storage-type",
      "artifacts are always spread over the nodes; the backend says where",
    ),
    option("storage.backend", "artifacts.storage.backend", {
      conversion: words({ "persistent-volume": "filesystem", s3: "s3" }),
      reason: "a volume is a filesystem to the node",
    }),
    option("storage.size", "storage.max_size"),
    option("storage.size", "resources.requests.storage"),
    option("networking.service_type", "load_balancer.service_type"),
    option("networking.port", "api.port"),
    option("cluster_name", "name"),
    option("replication_factor", "artifacts.replication_factor"),
    option("consistency_level", "artifacts.consistency_level"),
    dropped("nodes[].id", "import.node-identity", identityReason),
    dropped("nodes[].host", "import.node-addresses", addressReason),
    ...handled("nodes[].port", "nodes[].role"),
    ...handled("nodes[].resources.cpu", "nodes[].resources.memory", "nodes[].resources.storage"),
    ...sdkEntries,
  ],
  finish: (piece) => {
    finishNodes(piece);
    finishSdk(piece);
  },
};

const roles = ["primary", "secondary", "cache"] as const;

/** Primaries and secondaries hold state, so they are members; caches are gateways. */
function finishNodes(piece: Workpiece): void {
  const nodes = valueAt(piece.source, ["nodes"]);
  if (!Array.isArray(nodes) || nodes.length === 0) return;
  const members: number[] = [];
  const gateways: number[] = [];
  nodes.forEach((node: unknown, index) => {
    const role = valueAt(node, ["role"]) ?? "primary";
    if (!roles.some((known) => known === role)) {
      const want = `one of ${roles.join(", ")}`;
      piece.problem({ path: `nodes[${index}].role`, message: `role must be ${want}`, got: role, want, rule: "type" });
    }
    (role === "cache" ? gateways : members).push(index);
  });
  const reason = "primaries and secondaries hold state and are members, caches are gateways";
  const ruling = "maif.role_names_differ";
  piece.set(
    "members",
    members.length,
    members.map((index) => `nodes[${index}].role`),
  );
  piece.note({ kind: "converted", from: "nodes[].role", to: "members", reason, ruling });
  if (gateways.length > 0) {
    piece.set(
      "gateways",
      gateways.length,
      gateways.map((index) => `nodes[${index}].role`),
    );
    piece.note({ kind: "converted", from: "nodes[].role", to: "gateways", reason, ruling });
  }
  const differing = { ruling: "import.node-resources" };
  takeCommon(piece, nodes, { path: ["port"], to: "api.port", ruling: "import.node-addresses" });
  takeCommon(piece, nodes, { path: ["resources", "cpu"], to: "resources.limits.cpu", write: String, ...differing });
  takeCommon(piece, nodes, { path: ["resources", "memory"], to: "resources.limits.memory", ...differing });
  takeCommon(piece, nodes, { path: ["resources", "storage"], to: "resources.requests.storage", ...differing });
}
