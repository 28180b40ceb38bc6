/** Rules about the load balancer. */
import type { z } from "zod";
import type { loadBalancer } from "../concerns/load-balancer.ts";
import { parseDuration } from "../kit/duration.ts";
import type { Rule } from "./rule.ts";

interface Scope {
  loadBalancer: z.output<typeof loadBalancer>;
}

const base = "loadBalancer";

/** Rules for cluster specs. */
export const loadBalancerRules: readonly Rule<Scope>[] = [
  {
    id: "load-balancer-tls-needs-certificate",
    severity: "error",
    source: "004:396",
    description: "A load balancer that serves HTTPS has a certificate and its key.",
    reads: [`${base}.tls`],
    check: ({ loadBalancer: { tls } }) =>
      (["certFile", "keyFile"] as const)
        .filter((file) => tls.enabled && tls[file] === undefined)
        .map((file) => ({
          path: `${base}.tls.${file}`,
          message: "TLS is on, but there is no certificate with its key",
          want: "the path of a PEM file, or load_balancer.tls.enabled: false",
        })),
    counterexample: { load_balancer: { tls: { enabled: true, cert_file: "/etc/nginx/ssl/server.crt" } } },
  },
  {
    id: "load-balancer-ports-differ",
    severity: "error",
    source: "004:392",
    description: "HTTP and HTTPS have a port each.",
    reads: [`${base}.httpPort`, `${base}.httpsPort`],
    check: ({ loadBalancer: { httpPort, httpsPort } }) =>
      httpPort === httpsPort
        ? [{ path: `${base}.httpsPort`, message: "http_port and https_port are the same", want: "two different ports" }]
        : [],
    counterexample: { load_balancer: { https_port: 80 } },
  },
  {
    id: "health-check-timeout-within-interval",
    severity: "error",
    source: "002:304",
    description: "A health check is over before the next one starts.",
    reads: [`${base}.healthCheck`],
    check: ({ loadBalancer: { healthCheck } }) =>
      parseDuration(healthCheck.timeout) <= parseDuration(healthCheck.interval)
        ? []
        : [
            {
              path: `${base}.healthCheck.timeout`,
              message: "timeout must be at most interval",
              want: `at most the ${healthCheck.interval} of load_balancer.health_check.interval`,
            },
          ],
    counterexample: { load_balancer: { health_check: { timeout: "2s" } } },
  },
  {
    id: "adaptive-strategies-differ",
    severity: "warning",
    source: "002:322",
    description: "The adaptive strategy falls back to another strategy.",
    reads: [`${base}.adaptive`],
    check: ({ loadBalancer: { adaptive } }) =>
      adaptive.primary === adaptive.fallback
        ? [
            {
              path: `${base}.adaptive.fallback`,
              message: "fallback is the same as primary, so it changes nothing",
              want: "another strategy",
            },
          ]
        : [],
    counterexample: { load_balancer: { adaptive: { primary: "least_connections" } } },
  },
  {
    id: "search-cache-outlives-answers",
    severity: "warning",
    source: "004:1007",
    description: "An answer isn't dropped from the cache before its time.",
    reads: [`${base}.cache`],
    check: ({ loadBalancer: { cache } }) =>
      parseDuration(cache.inactive) >= parseDuration(cache.ttl)
        ? []
        : [
            {
              path: `${base}.cache.inactive`,
              message: "inactive should be at least ttl, or answers are dropped before their time",
              want: `at least the ${cache.ttl} of load_balancer.cache.ttl`,
            },
          ],
    counterexample: { load_balancer: { cache: { inactive: "1m" } } },
  },
  {
    id: "admin-password-needs-tls",
    severity: "warning",
    source: "004:467",
    description: "Passwords of basic auth go over TLS.",
    reads: [`${base}.access.adminPasswordFile`, `${base}.tls.enabled`],
    check: ({ loadBalancer: { access, tls } }) =>
      access.adminPasswordFile !== undefined && !tls.enabled
        ? [
            {
              path: `${base}.access.adminPasswordFile`,
              message: "without TLS the admin password can be read on the way",
              want: "load_balancer.tls.enabled: true",
            },
          ]
        : [],
    counterexample: { load_balancer: { access: { admin_password_file: "/etc/nginx/.htpasswd" } } },
  },
];
