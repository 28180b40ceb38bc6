/** The HTTP API of a node. It listens on the loopback address unless the spec says otherwise. */
import { z } from "zod";
import { duration } from "../kit/duration.ts";
import { option, section } from "../kit/option.ts";
import { size } from "../kit/size.ts";
import { cidr, host, port } from "../kit/text.ts";
import { tls } from "./tls.ts";

/** The port of the HTTPS API where TLS is on and no `tls_port` is given (guide 000:47). */
export const defaultTlsPort = 8443;

/** `api` in files. */
export const api = section(
  { title: "API", description: "Where the node's HTTP API listens, and its limits (guide 000, Configuration)." },
  {
    // The guides bind 0.0.0.0; without authentication that hands the node to the whole network, so a spec has to ask for it.
    host: option(host().default("127.0.0.1"), {
      description: "Address or name that the API binds to; 0.0.0.0 for every interface.",
      source: "000:133",
      apply: "rolling",
      env: ["HOST"],
    }),
    port: option(port().default(8080), {
      description: "Port of the HTTP API.",
      source: "000:134",
      apply: "rolling",
      env: ["PORT"],
    }),
    tls: tls({
      title: "API TLS",
      description: "HTTPS on tls_port.",
      // A public API whose clients all need certificates is the exception; with a ca_file this asks for them.
      verifyPeer: false,
    }).prefault({}),
    tlsPort: option(port().optional(), {
      description: `Port of the HTTPS API; ${defaultTlsPort} where TLS is on and none is given. Rejected while TLS is off.`,
      source: "000:47",
      apply: "rolling",
      example: defaultTlsPort,
    }),
    plainHttp: option(z.enum(["redirect", "serve", "off"]).default("redirect"), {
      description: "What port does while TLS is on: send clients to tls_port, answer as before, or not listen.",
      source: "quorumkit",
      apply: "rolling",
    }),
    trustedProxies: option(z.array(cidr()).default([]), {
      description: "Networks of the load balancers whose X-Forwarded-For and X-Forwarded-Proto are believed.",
      source: "000:777",
      apply: "rolling",
      example: ["10.0.0.0/8"],
    }),
    bodyLimit: option(size({ min: "1Ki", max: "1Gi" }).default("1Mi"), {
      description: "Largest request body. Streamed uploads of artifacts and models have limits of their own.",
      source: "quorumkit",
      apply: "rolling",
    }),
    requestTimeout: option(duration({ min: "1s", max: "1h" }).default("60s"), {
      description: "Time limit for receiving and answering one request; event streams are exempt.",
      source: "000:783",
      apply: "rolling",
    }),
    keepAliveTimeout: option(duration({ min: "1s", max: "1h" }).default("72s"), {
      description: "How long an idle client connection is kept; longer than the load balancer keeps its own.",
      source: "quorumkit",
      apply: "rolling",
    }),
    drainTimeout: option(duration({ min: "0s", max: "10m" }).default("30s"), {
      description: "How long a stopping node waits for requests in flight.",
      source: "quorumkit",
      apply: "hot",
    }),
    statusPage: option(z.boolean().default(true), {
      description: "Serves the status page at /.",
      source: "quorumkit",
      apply: "hot",
    }),
    docs: option(z.boolean().default(true), {
      description: "Serves the OpenAPI document of the API.",
      source: "quorumkit",
      apply: "hot",
    }),
  },
);

/** The port that HTTPS is served on; undefined while TLS is off. */
export function tlsPortOf(value: z.output<typeof api>): number | undefined {
  return value.tls.enabled ? (value.tlsPort ?? defaultTlsPort) : undefined;
}
