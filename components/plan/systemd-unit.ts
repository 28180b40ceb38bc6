/** The text of the systemd unit of a node: the settings of guides 000 and 003, hardened. */

/** What a unit needs to know. */
export interface UnitOptions {
  nodeId: string;
  system: string;
  /** Absolute path of Node.js on the host. */
  nodeBinary: string;
  /** Absolute path of the entry file of the runtime on the host. */
  entry: string;
  configFile: string;
  /** Account that the node runs as. */
  user: string;
  /** Directories that the node writes to. Everything else is read-only for it. */
  writable: readonly string[];
  /** Wait before a failed node is restarted, in seconds (003:244). */
  restartSeconds: number;
  /** How long the node may take to stop, in seconds. */
  stopSeconds: number;
  /** A systemd size or `infinity`. */
  memoryMax: string;
}

/** Name of a node's unit. */
export function unitName(nodeId: string): string {
  return `quorumkit-${nodeId}.service`;
}

/** The unit file. */
export function renderUnit(options: UnitOptions): string {
  const { nodeId, system, nodeBinary, entry, configFile, user, writable, restartSeconds, stopSeconds, memoryMax } =
    options;
  const lines = [
    "# Written by `pulumi up` (quorumkit). Use `systemctl edit` for what has to differ on this host.",
    "[Unit]",
    `Description=quorumkit node ${nodeId} (${system})`,
    "Documentation=https://github.com/quorumkit/quorumkit",
    "After=network-online.target network.target",
    "Wants=network-online.target",
    "StartLimitIntervalSec=300",
    "StartLimitBurst=10",
    "",
    "[Service]",
    "Type=exec",
    `User=${user}`,
    `Group=${user}`,
    `ExecStart=${[nodeBinary, entry, "start", "--config", configFile].map(quote).join(" ")}`,
    "ExecReload=/bin/kill -HUP $MAINPID",
    "Restart=on-failure",
    `RestartSec=${restartSeconds}s`,
    "# A bad config (78) does not get better by trying again.",
    "RestartPreventExitStatus=78",
    "KillSignal=SIGTERM",
    "# The node stops its etcd itself, last of all.",
    "KillMode=mixed",
    `TimeoutStopSec=${stopSeconds}s`,
    "LimitNOFILE=65536",
    `MemoryMax=${memoryMax}`,
    "UMask=0077",
    "",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "AmbientCapabilities=",
    "ProtectSystem=strict",
    `ReadWritePaths=${writable.map(quote).join(" ")}`,
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "PrivateUsers=yes",
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "ProtectProc=invisible",
    "ProcSubset=pid",
    "RemoveIPC=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "LockPersonality=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged",
    "",
    "[Install]",
    "WantedBy=multi-user.target",
    "",
  ];
  return lines.join("\n");
}

/** A word of a command line or a path list: systemd splits at spaces and expands % and $. */
function quote(word: string): string {
  const escaped = word.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /[\s"'\\;]/.test(escaped) ? `"${escaped.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"` : escaped;
}
