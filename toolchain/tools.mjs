/**
 * The tools this project runs, each at one pinned version. The modules under `go/` say how each is built where its
 * official release can't be reached; their versions are the last that a Go module proxy serves whole, so leave them.
 *
 * @typedef {{ binary: string, folder: string, package: string, ldflags?: string }} GoBuild
 * @typedef {{ name: string, version: string, builds: GoBuild[], install: string }} Tool
 */

/**
 * The Pulumi CLI with its Node.js language host. Both lie in one folder, as in the official release: the CLI looks for
 * the language host beside itself, and warns when it finds it anywhere else.
 *
 * @type {Tool & { minimumVersion: string }}
 */
export const pulumiTool = {
  name: "pulumi",
  version: "3.259.0",
  minimumVersion: "3.200.0",
  builds: [
    {
      binary: "pulumi",
      folder: "pulumi",
      package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      ldflags: "-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=3.259.0",
    },
    {
      binary: "pulumi-language-nodejs",
      folder: "language-nodejs",
      package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    },
  ],
  install: "curl -fsSL https://get.pulumi.com | sh -s -- --version 3.259.0",
};

/**
 * The Docker provider; its version is that of the npm package `@pulumi/docker`.
 *
 * @type {Tool}
 */
export const dockerPlugin = {
  name: "pulumi-resource-docker",
  version: "4.11.2",
  builds: [{ binary: "pulumi-resource-docker", folder: "provider-docker", package: "." }],
  install: "npx pulumi plugin install resource docker 4.11.2",
};

/**
 * etcd 3.6 with its tools, which lie beside it. Members of a cluster talk to each other, so all of them are 3.6.
 *
 * @type {Tool & { minorVersion: string }}
 */
export const etcdTool = {
  name: "etcd",
  version: "3.6.5",
  minorVersion: "3.6",
  builds: [
    { binary: "etcd", folder: "etcd", package: "go.etcd.io/etcd/server/v3" },
    { binary: "etcdctl", folder: "etcd", package: "go.etcd.io/etcd/etcdctl/v3" },
    { binary: "etcdutl", folder: "etcd", package: "go.etcd.io/etcd/etcdutl/v3" },
  ],
  install: "https://github.com/etcd-io/etcd/releases/tag/v3.6.5, or your package manager",
};

/**
 * Docker Compose as a program of its own, which tests start the written compose.yaml with.
 *
 * @type {Tool & { minimumVersion: string }}
 */
export const composeTool = {
  name: "docker-compose",
  version: "2.40.0",
  minimumVersion: "2.24.0",
  builds: [
    {
      binary: "docker-compose",
      folder: "compose",
      package: "github.com/docker/compose/v2/cmd",
      ldflags: "-X github.com/docker/compose/v2/internal.Version=v2.40.0",
    },
  ],
  install: "https://docs.docker.com/compose/install, or your package manager",
};

/**
 * The docker command that knows `docker stack config`, which tests check the written swarm stack with.
 *
 * @type {Tool & { minimumVersion: string }}
 */
export const dockerCliTool = {
  name: "docker-cli",
  version: "28.5.0",
  minimumVersion: "25.0.0",
  builds: [
    {
      binary: "docker",
      folder: "docker-cli",
      package: "github.com/docker/cli/cmd/docker",
      ldflags: "-X github.com/docker/cli/cli/version.Version=28.5.0",
    },
  ],
  install: "https://docs.docker.com/engine/install/binaries, or your package manager",
};

/**
 * Judges the histories that the fault tests record. It is this repository's own, so it is always built.
 *
 * @type {Tool}
 */
export const checkerTool = {
  name: "linearizability-checker",
  version: "(porcupine 1.3.1)",
  builds: [{ binary: "linearizability-checker", folder: "linearizability", package: "." }],
  install: "go build in toolchain/go/linearizability, and name the program by QUORUMKIT_LINEARIZABILITY_CHECKER",
};

/** The oldest Go that builds the modules under `go/` (their `go` directive). */
export const minimumGoVersion = "1.26.0";

/** The oldest Node.js that these scripts run on; the rest runs on the pinned one in node_modules. */
export const minimumNodeVersion = "18.3.0";

/**
 * @typedef {{ archive: string, url: string, checksumsUrl: string, program?: string }} Release where `program` is given, what
 *   is published is no archive but the program itself, which gets this name
 */

/**
 * Where the official Pulumi release for a platform lies.
 *
 * @param {string} version @param {string} platform as `process.platform` @param {string} architecture as `process.arch`
 * @returns {Release | undefined} undefined: none is published
 */
export function pulumiRelease(version, platform, architecture) {
  const systems = { linux: "linux", darwin: "darwin", win32: "windows" };
  const system = systems[/** @type {keyof typeof systems} */ (platform)];
  if (system === undefined || !["x64", "arm64"].includes(architecture)) return undefined;
  const archive = `pulumi-v${version}-${system}-${architecture}.${system === "windows" ? "zip" : "tar.gz"}`;
  const base = "https://get.pulumi.com/releases/sdk";
  return { archive, url: `${base}/${archive}`, checksumsUrl: `${base}/pulumi-${version}-checksums.txt` };
}

/**
 * Where the official etcd release for a platform lies.
 *
 * @param {string} version @param {string} platform as `process.platform` @param {string} architecture as `process.arch`
 * @returns {Release | undefined} undefined: none is published
 */
export function etcdRelease(version, platform, architecture) {
  const published = {
    "linux-x64": "linux-amd64",
    "linux-arm64": "linux-arm64",
    "darwin-x64": "darwin-amd64",
    "darwin-arm64": "darwin-arm64",
    "win32-x64": "windows-amd64",
  };
  const target = published[/** @type {keyof typeof published} */ (`${platform}-${architecture}`)];
  if (target === undefined) return undefined;
  const archive = `etcd-v${version}-${target}.${platform === "linux" ? "tar.gz" : "zip"}`;
  const base = `https://github.com/etcd-io/etcd/releases/download/v${version}`;
  return { archive, url: `${base}/${archive}`, checksumsUrl: `${base}/SHA256SUMS` };
}

/**
 * Where the official program of Docker Compose for a platform lies.
 *
 * @param {string} version @param {string} platform as `process.platform` @param {string} architecture as `process.arch`
 * @returns {Release | undefined} undefined: none is published
 */
export function composeRelease(version, platform, architecture) {
  const systems = { linux: "linux", darwin: "darwin", win32: "windows" };
  const processors = { x64: "x86_64", arm64: "aarch64" };
  const system = systems[/** @type {keyof typeof systems} */ (platform)];
  const processor = processors[/** @type {keyof typeof processors} */ (architecture)];
  if (system === undefined || processor === undefined) return undefined;
  const suffix = system === "windows" ? ".exe" : "";
  const archive = `docker-compose-${system}-${processor}${suffix}`;
  const url = `https://github.com/docker/compose/releases/download/v${version}/${archive}`;
  return { archive, url, checksumsUrl: `${url}.sha256`, program: `docker-compose${suffix}` };
}
