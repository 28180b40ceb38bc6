/**
 * The images of others that a cluster runs, for tests. Where a registry answers they are pulled. Elsewhere images with
 * their names and their layout (entry point, paths, account) are made from the packages that Debian has of the same
 * programs; Grafana, of which there is none, has a stand-in that only looks at what it is given (stand-ins/grafana.ts).
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { readClusterSpec } from "@quorumkit/schema";
import { providePackageFiles } from "./debian-root.ts";
import { baseImage, baseLayers, hasOrPulls, provideBaseImage, type Docker } from "./docker.ts";
import { imagesOnce } from "./image-cache.ts";
import { temporaryFolder } from "./temporary.ts";
import { root } from "./toolchain.ts";

/** Programs around a cluster, as its options name them. */
export const imageKinds = ["prometheus", "alertmanager", "grafana", "nodeExporter", "nginxExporter"] as const;
export type ImageKind = (typeof imageKinds)[number];

/** An image that the daemon has. */
export interface ProvidedImage {
  name: string;
  /** Whether it was made here or by an earlier test, since the official one can't be pulled. */
  standIn: boolean;
}

/** How an image is made. */
interface Recipe {
  /** What it is made on; Debian by default. */
  from?: string;
  /** Packages of Debian whose files it takes. */
  packages: readonly string[];
  /** Files of a package (`package/path`), by where they come to lie. Of Debian /bin is /usr/bin. */
  files: Readonly<Record<string, string>>;
  /** Lines of its Dockerfile after the files. */
  lines: readonly string[];
  /** Puts what is from elsewhere into the root of the image. */
  prepare?: (folder: string) => Promise<void>;
}

const grafana = join(import.meta.dirname, "stand-ins", "grafana.ts");
const standInLabel = "quorumkit.stand-in";
const busybox = "busybox/bin/busybox";
/** Most images are made on busybox, and health checks use its wget. */
const wget = "RUN ln -s busybox /usr/bin/wget";

const recipes: Readonly<Record<ImageKind, Recipe>> = {
  prometheus: {
    packages: ["prometheus", "busybox"],
    files: {
      "usr/bin/prometheus": "prometheus/usr/bin/prometheus",
      "usr/bin/promtool": "prometheus/usr/bin/promtool",
      "etc/prometheus/prometheus.yml": "prometheus/etc/prometheus/prometheus.yml",
      "usr/bin/busybox": busybox,
    },
    lines: [
      wget,
      "RUN install --directory --owner=65534 --group=65534 /prometheus && chown -R 65534:65534 /etc/prometheus",
      "USER nobody",
      "EXPOSE 9090",
      "VOLUME /prometheus",
      "WORKDIR /prometheus",
      'ENTRYPOINT ["/bin/prometheus"]',
      'CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]',
    ],
  },
  alertmanager: {
    packages: ["prometheus-alertmanager", "busybox"],
    files: {
      "usr/bin/alertmanager": "prometheus-alertmanager/usr/bin/prometheus-alertmanager",
      "usr/bin/amtool": "prometheus-alertmanager/usr/bin/amtool",
      "etc/alertmanager/alertmanager.yml": "prometheus-alertmanager/etc/prometheus/alertmanager.yml",
      "usr/share/prometheus/alertmanager": "prometheus-alertmanager/usr/share/prometheus/alertmanager",
      "usr/bin/busybox": busybox,
    },
    lines: [
      wget,
      "RUN install --directory --owner=65534 --group=65534 /alertmanager && chown -R 65534:65534 /etc/alertmanager",
      "USER nobody",
      "EXPOSE 9093",
      "VOLUME /alertmanager",
      "WORKDIR /alertmanager",
      'ENTRYPOINT ["/bin/alertmanager"]',
      'CMD ["--config.file=/etc/alertmanager/alertmanager.yml", "--storage.path=/alertmanager"]',
    ],
  },
  nodeExporter: {
    packages: ["prometheus-node-exporter", "busybox"],
    files: {
      "usr/bin/node_exporter": "prometheus-node-exporter/usr/bin/prometheus-node-exporter",
      "usr/bin/busybox": busybox,
    },
    lines: [wget, "EXPOSE 9100", "USER nobody", 'ENTRYPOINT ["/bin/node_exporter"]'],
  },
  // The official one has nothing but its program: no shell, no wget.
  nginxExporter: {
    from: "scratch",
    packages: ["prometheus-nginx-exporter", "libc6"],
    files: {
      "usr/bin/nginx-prometheus-exporter": "prometheus-nginx-exporter/usr/bin/prometheus-nginx-exporter",
      lib: "libc6/lib",
      lib64: "libc6/lib64",
    },
    lines: ["EXPOSE 9113", "USER 1001:1001", 'ENTRYPOINT ["/usr/bin/nginx-prometheus-exporter"]'],
  },
  grafana: {
    packages: ["busybox"],
    files: { "usr/bin/busybox": busybox },
    prepare: prepareGrafana,
    lines: [
      wget,
      "RUN install --directory --owner=472 --group=0 --mode=0777 /var/lib/grafana /var/log/grafana \\",
      " && install --directory --owner=472 --group=0 /etc/grafana/provisioning",
      "ENV GF_PATHS_DATA=/var/lib/grafana GF_PATHS_PROVISIONING=/etc/grafana/provisioning",
      "EXPOSE 3000",
      "USER 472",
      "WORKDIR /usr/share/grafana",
      'ENTRYPOINT ["/run.sh"]',
    ],
  },
};

/** Names of the images, by the defaults of a cluster's options. */
export function observabilityImages(): Record<ImageKind, string> {
  const { value } = readClusterSpec({ name: "images", system: "coordinator" });
  if (value === undefined) throw new Error("the schema has no defaults");
  const { prometheus, alertmanager, grafana, nodeExporter, nginxExporter } = value.observability;
  return {
    prometheus: prometheus.image,
    alertmanager: alertmanager.image,
    grafana: grafana.image,
    nodeExporter: nodeExporter.image,
    nginxExporter: nginxExporter.image,
  };
}

/** Sees to it that the daemon has these images. */
export async function provideImages(
  docker: Docker,
  kinds: readonly ImageKind[] = imageKinds,
): Promise<Partial<Record<ImageKind, ProvidedImage>>> {
  const names = observabilityImages();
  const pulled = await Promise.all(kinds.map((kind) => hasOrPulls(docker.host, names[kind])));
  const missing = kinds.filter((_kind, index) => pulled[index] !== true);
  if (missing.length > 0) {
    await provideBaseImage(docker);
    const packages = await providePackageFiles(allPackages());
    const madeFrom = missing.map((kind) => [names[kind], recipes[kind]]);
    const settings = [
      JSON.stringify(madeFrom),
      packages,
      await baseLayers(docker.docker),
      readFileSync(grafana, "utf8"),
    ];
    await imagesOnce(
      docker.docker,
      { names: missing.map((kind) => names[kind]), kind: "others", settings },
      async () => {
        for (const kind of missing) await makeImage(docker, names[kind], recipes[kind], packages);
      },
    );
  }
  const format = `{{index .Config.Labels "${standInLabel}"}}`;
  const provided = kinds.map(async (kind) => {
    const label = await docker.docker("image", "inspect", "--format", format, names[kind]);
    return [kind, { name: names[kind], standIn: label.trim() === "true" }] as const;
  });
  return Object.fromEntries(await Promise.all(provided));
}

/** All at once, so that they are fetched once. */
function allPackages(): string[] {
  return [...new Set(imageKinds.flatMap((kind) => recipes[kind].packages))].sort();
}

async function makeImage({ docker }: Docker, name: string, recipe: Recipe, packages: string): Promise<void> {
  const folder = temporaryFolder();
  try {
    const place = join(folder.path, "root");
    for (const [to, from] of Object.entries(recipe.files)) {
      mkdirSync(dirname(join(place, to)), { recursive: true });
      cpSync(join(packages, from), join(place, to), { recursive: true, verbatimSymlinks: true });
    }
    await recipe.prepare?.(place);
    const dockerfile = [
      `FROM ${recipe.from ?? baseImage}`,
      "COPY root /",
      ...recipe.lines,
      `LABEL ${standInLabel}=true`,
      "",
    ].join("\n");
    writeFileSync(join(folder.path, "Dockerfile"), dockerfile);
    await docker("build", "--quiet", "--tag", name, folder.path);
  } finally {
    folder[Symbol.dispose]();
  }
}

async function prepareGrafana(place: string): Promise<void> {
  const program = join(place, "usr/share/grafana/stand-in.mjs");
  for (const name of ["usr/share/grafana", "usr/local/bin"]) mkdirSync(join(place, name), { recursive: true });
  await build({
    entryPoints: [grafana],
    outfile: program,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    logLevel: "warning",
  });
  cpSync(join(root, "node_modules", "node", "bin", "node"), join(place, "usr/local/bin/node"));
  const start = "#!/bin/sh\nexec node /usr/share/grafana/stand-in.mjs\n";
  writeFileSync(join(place, "run.sh"), start, { mode: 0o755 });
}
