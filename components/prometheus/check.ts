/** What Prometheus would refuse in a config, found before it is started, with the field, the value and what is wanted. */
import { parseDuration, show } from "@quorumkit/schema";
import type { PrometheusConfig, ScrapeJob, ScrapeTarget } from "./config.ts";

/** Host and port, without a scheme and a path. */
const addressPattern = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/;
const labelPattern = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Only the name of the file may have a `*`. */
const ruleFilePattern = /^[^*\n]+(?:\*[^/\n]*)?$/;

/** @throws RangeError with all problems, a line each */
export function checkConfig(config: PrometheusConfig): void {
  const problems = [
    ...durationProblems("scrapeInterval", config.scrapeInterval),
    ...durationProblems("evaluationInterval", config.evaluationInterval),
    ...(config.alertmanagers ?? []).flatMap((address, index) => addressProblems(`alertmanagers[${index}]`, address)),
    ...(config.ruleFiles ?? []).flatMap((path, index) => {
      const want = "a path with a * in its last part only, for example /etc/prometheus/rules/*.yaml";
      return ruleFilePattern.test(path) ? [] : [problem(`ruleFiles[${index}]`, want, path)];
    }),
    ...labelProblems("externalLabels", config.externalLabels),
    // Prometheus 3 puts variables of the environment in their place.
    ...Object.entries(config.externalLabels ?? {}).flatMap(([name, value]) =>
      value.includes("$") ? [problem(`externalLabels.${name}`, "a text without $", value)] : [],
    ),
    ...config.jobs.flatMap((job, index) => jobProblems(config, job, index)),
  ];
  if (problems.length > 0) throw new RangeError(`the config of Prometheus is wrong:\n  ${problems.join("\n  ")}`);
}

function jobProblems(config: PrometheusConfig, job: ScrapeJob, index: number): string[] {
  const at = `jobs[${index}]`;
  const first = config.jobs.findIndex(({ name }) => name === job.name);
  return [
    ...(job.name === "" ? [problem(`${at}.name`, "a name", job.name)] : []),
    ...(first < index ? [problem(`${at}.name`, `another name than that of jobs[${first}]`, job.name)] : []),
    ...durationProblems(`${at}.interval`, job.interval),
    ...durationProblems(`${at}.timeout`, job.timeout),
    ...timeoutProblems(`${at}.timeout`, job.timeout, job.interval ?? config.scrapeInterval),
    ...(job.path === undefined || job.path.startsWith("/")
      ? []
      : [problem(`${at}.path`, "a path that begins with /", job.path)]),
    ...tlsProblems(at, job),
    ...job.targets.flatMap((target, position) => targetProblems(`${at}.targets[${position}]`, target)),
  ];
}

function targetProblems(at: string, { address, labels }: ScrapeTarget): string[] {
  return [...addressProblems(`${at}.address`, address), ...labelProblems(`${at}.labels`, labels)];
}

function tlsProblems(at: string, { scheme, tls }: ScrapeJob): string[] {
  if (tls === undefined) return [];
  return [
    ...(scheme === "https" ? [] : [problem(`${at}.scheme`, "https, since it has tls", scheme)]),
    ...((tls.certFile === undefined) === (tls.keyFile === undefined)
      ? []
      : [`${at}.tls must have both or neither of certFile and keyFile`]),
  ];
}

function addressProblems(at: string, address: string): string[] {
  const port = Number(address.slice(address.lastIndexOf(":") + 1));
  if (addressPattern.test(address) && port >= 1 && port <= 65_535) return [];
  return [problem(at, "a host and a port, for example node-1:9090", address)];
}

function labelProblems(at: string, labels: Readonly<Record<string, string>> = {}): string[] {
  return Object.keys(labels).flatMap((name) =>
    labelPattern.test(name) && !name.startsWith("__")
      ? []
      : [`${at} must have names of letters, digits and _ that don't begin with a digit or __, got ${show(name)}`],
  );
}

function durationProblems(at: string, text: string | undefined): string[] {
  if (text === undefined || (milliseconds(text) ?? 0) >= 1) return [];
  return [problem(at, "a duration of at least 1ms, for example 15s", text)];
}

function timeoutProblems(at: string, timeout: string | undefined, interval: string): string[] {
  const [longest, asked] = [milliseconds(interval), timeout === undefined ? undefined : milliseconds(timeout)];
  if (longest === undefined || asked === undefined || asked <= longest) return [];
  return [problem(at, `at most the interval, ${interval}`, timeout)];
}

function milliseconds(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function problem(at: string, want: string, got: unknown): string {
  return `${at} must be ${want}, got ${show(got)}`;
}
