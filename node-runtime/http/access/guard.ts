/** Decides for each request whether it may go on. */
import type { NodeConfig } from "@quorumkit/schema";
import type { FastifyRequest } from "fastify";
import type { Credentials } from "../../config/credentials.ts";
import { ApiProblem } from "../problem.ts";
import { Keyring, type Holder } from "./keyring.ts";
import { inNetworks, isLoopbackAddress, isLoopbackHost, type NetworkCheck } from "./networks.ts";
import { grants, permissionFor, type Access } from "./permissions.ts";

/** What the guard knows; asked anew after each change. */
export interface GuardSettings {
  security: NodeConfig["security"];
  credentials: Credentials;
  /** Whether the API listens on this machine's own address only. */
  boundToLoopback: boolean;
}

/** Routes that need the admin permission though their own module doesn't say so. */
const adminPaths = ["/api/maintenance/", "/api/v1/maintenance/", "/api/debug/", "/admin/"];

/** What a route needs, by its own word (`config.access`), else by its pattern. */
export function accessOf(pattern: string, declared: Access | undefined): Access {
  return declared ?? (adminPaths.some((prefix) => pattern.startsWith(prefix)) ? "admin" : "data");
}

export class Guard {
  readonly #now: () => number;
  #settings: GuardSettings;
  #keyring: Keyring;
  #headers: readonly string[];
  #clients: NetworkCheck | undefined;

  constructor(settings: GuardSettings, now: () => number) {
    this.#now = now;
    this.#settings = settings;
    this.#keyring = new Keyring(settings.credentials, now());
    this.#headers = keyHeaders(settings.security);
    this.#clients = clientCheck(settings.security);
  }

  /** Takes over changed credentials. Rate limits begin anew. */
  update(settings: GuardSettings): void {
    this.#settings = settings;
    this.#keyring = new Keyring(settings.credentials, this.#now());
    this.#headers = keyHeaders(settings.security);
    this.#clients = clientCheck(settings.security);
  }

  /** Whether the admin routes are open to whoever is on this machine. */
  get adminOpenOnLoopback(): boolean {
    return this.#keyring.isEmpty && this.#settings.boundToLoopback;
  }

  /** Whether no admin route can be used at all. */
  get adminClosed(): boolean {
    return this.#keyring.isEmpty && !this.#settings.boundToLoopback;
  }

  /** @throws ApiProblem when the request may not go on. @returns whose it is; undefined where nobody had to say. */
  admit(request: FastifyRequest, access: Access): Holder | undefined {
    if (access === "public") return undefined;
    if (this.#clients !== undefined && !this.#clients(request.ip)) {
      throw new ApiProblem("forbidden", `${request.ip} is not in security.client_networks`);
    }
    if (access === "data" && !this.#settings.security.auth.enabled) return undefined;
    if (access === "admin" && this.#keyring.isEmpty) {
      this.#admitLocal(request);
      return undefined;
    }
    const holder = this.#authenticate(request);
    const wanted = permissionFor(access, request.method);
    const { rbac } = this.#settings.security;
    if (rbac.enabled && !grants(holder.permissions, rbac.roles, wanted)) {
      throw new ApiProblem("forbidden", `this needs the permission ${wanted}, which ${holder.name} doesn't have`);
    }
    const wait = holder.bucket?.take(this.#now()) ?? 0;
    if (wait > 0) {
      const headers = { "retry-after": String(Math.ceil(wait / 1000)) };
      throw new ApiProblem("too-many-requests", `the rate limit of ${holder.name} is used up`, { headers });
    }
    return holder;
  }

  #authenticate(request: FastifyRequest): Holder {
    const credential = this.#credentialOf(request);
    const headers = { "www-authenticate": 'Bearer realm="quorumkit"' };
    if (credential === undefined) {
      const detail = "send the admin token or an API key as `authorization: Bearer …` or in X-API-Key";
      throw new ApiProblem("unauthorized", detail, { headers });
    }
    const holder = this.#keyring.find(credential);
    if (holder === undefined) throw new ApiProblem("unauthorized", "the credential is not known", { headers });
    if (holder.expiresAt !== undefined && holder.expiresAt <= this.#now()) {
      throw new ApiProblem("unauthorized", `the API key ${holder.name} has expired`, { headers });
    }
    if (holder.allowedFrom !== undefined && !holder.allowedFrom(request.ip)) {
      throw new ApiProblem("forbidden", `the API key ${holder.name} may not be used from ${request.ip}`);
    }
    return holder;
  }

  #credentialOf(request: FastifyRequest): string | undefined {
    const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? "")?.[1];
    if (bearer !== undefined) return bearer;
    for (const name of this.#headers) {
      const value = request.headers[name];
      if (typeof value === "string" && value !== "") return value;
    }
    return undefined;
  }

  /**
   * Without any credential the admin routes are for people on this machine. A page in their browser, a name that was
   * made to point here, or a proxy beside the node are not that: each of them shows in the headers.
   */
  #admitLocal(request: FastifyRequest): void {
    const { origin, host } = request.headers;
    const forwarded = request.headers["x-forwarded-for"] ?? request.headers.forwarded ?? request.headers.via;
    const foreignPage = origin !== undefined && origin !== `${request.protocol}://${host ?? ""}`;
    const local =
      this.#settings.boundToLoopback &&
      isLoopbackAddress(request.socket.remoteAddress ?? "") &&
      isLoopbackHost(host ?? "localhost") &&
      forwarded === undefined &&
      !foreignPage;
    if (local) return;
    const fix =
      "set security.admin_token_file, security.admin_token or QUORUMKIT_ADMIN_TOKEN, and send it as a bearer token";
    throw new ApiProblem("admin-closed", `no admin credential is configured, so only this machine may do this; ${fix}`);
  }
}

function keyHeaders({ auth }: NodeConfig["security"]): readonly string[] {
  const named = auth.providers.flatMap((provider) =>
    provider.type === "api_key" ? [provider.header.toLowerCase()] : [],
  );
  return [...new Set(["x-api-key", ...named])];
}

function clientCheck({ clientNetworks }: NodeConfig["security"]): NetworkCheck | undefined {
  return clientNetworks.length === 0 ? undefined : inNetworks(clientNetworks);
}
