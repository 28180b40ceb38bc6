/** Decides for each request whether it may go on. */
import type { NodeConfig } from "@quorumkit/schema";
import type { FastifyRequest } from "fastify";
import type { Credentials } from "../../config/credentials.ts";
import { ApiProblem } from "../problem.ts";
import { BucketTable, limitedAddress } from "./bucket-table.ts";
import { credentialOf, keyHeaders } from "./credential-of.ts";
import type { Holder } from "./holder.ts";
import { Keyring } from "./keyring.ts";
import { inNetworks, isLoopbackAddress, isLoopbackHost, type NetworkCheck } from "./networks.ts";
import { grants, permissionFor, type Access } from "./permissions.ts";
import { TokenAuthenticator } from "./tokens/authenticator.ts";
import { ProviderUnavailableError, TokenRefusedError } from "./tokens/token.ts";

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

/** Everything that follows from the settings; made anew as a whole when they change. */
interface Derived {
  settings: GuardSettings;
  keyring: Keyring;
  tokens: TokenAuthenticator;
  headers: readonly string[];
  clients: NetworkCheck | undefined;
  addresses: BucketTable | undefined;
}

export class Guard {
  readonly #now: () => number;
  #derived: Derived;

  constructor(settings: GuardSettings, now: () => number) {
    this.#now = now;
    this.#derived = derive(settings, now);
  }

  /** Takes over changed credentials. Rate limits begin anew, and tokens are checked again. */
  update(settings: GuardSettings): void {
    this.#derived = derive(settings, this.#now);
  }

  /** Whether the admin routes are open to whoever is on this machine. */
  get adminOpenOnLoopback(): boolean {
    return this.#hasNoCredential && this.#derived.settings.boundToLoopback;
  }

  /** Whether no admin route can be used at all. */
  get adminClosed(): boolean {
    return this.#hasNoCredential && !this.#derived.settings.boundToLoopback;
  }

  get #hasNoCredential(): boolean {
    return this.#derived.keyring.isEmpty && this.#derived.tokens.isEmpty;
  }

  /** Counts the request against the limit of its address. @throws ApiProblem when that is used up */
  limitAddress(request: FastifyRequest): void {
    const { addresses } = this.#derived;
    if (addresses === undefined) return;
    const wait = addresses.take(limitedAddress(request.ip), this.#now());
    if (wait > 0) throw tooMany(`the rate limit of the address ${request.ip} is used up`, wait);
  }

  /**
   * Whose the request is; undefined where nobody had to say. Only where a token is shown that has to be checked does
   * the answer come later.
   * @param permission what the route needs, where its access and method don't say it
   * @throws ApiProblem when the request may not go on (also by the promise)
   */
  admit(request: FastifyRequest, access: Access, permission?: string): Holder | undefined | Promise<Holder> {
    if (access === "public") return undefined;
    const { clients, settings } = this.#derived;
    if (clients !== undefined && !clients(request.ip)) {
      throw new ApiProblem("forbidden", `${request.ip} is not in security.client_networks`);
    }
    if (access === "anyone" || (access === "data" && !settings.security.auth.enabled)) return undefined;
    if (access === "admin" && this.#hasNoCredential) {
      this.#admitLocal(request);
      return undefined;
    }
    const wanted = permission ?? permissionFor(access, request.method);
    const holder = this.#authenticate(request);
    if (!(holder instanceof Promise)) return this.#allow(holder, request, wanted);
    return holder.then(
      (found) => this.#allow(found, request, wanted),
      (error: unknown) => {
        throw tokenProblem(error);
      },
    );
  }

  #authenticate(request: FastifyRequest): Holder | Promise<Holder> {
    const { headers, keyring, tokens } = this.#derived;
    const credential = credentialOf(request, headers);
    if (credential === undefined) {
      const detail = "send the admin token, an API key or a token as `authorization: Bearer …`, or a key in X-API-Key";
      throw unauthorized(detail);
    }
    const digest = keyring.digest(credential.text);
    const holder = keyring.find(digest);
    if (holder !== undefined) return holder;
    let found: Holder | Promise<Holder> | undefined;
    try {
      found = credential.bearer ? tokens.find(credential.text, digest) : undefined;
    } catch (error) {
      throw tokenProblem(error);
    }
    if (found === undefined) throw unauthorized("the credential is not known", true);
    return found;
  }

  /** What holds for whoever was found. From here on the request has a name, for the audit log too. */
  #allow(holder: Holder, request: FastifyRequest, wanted: string): Holder {
    request.holder = holder.name;
    request.credential = holder.kind;
    if (holder.expiresAt !== undefined && holder.expiresAt <= this.#now()) {
      throw unauthorized(`the API key ${holder.name} has expired`, true);
    }
    if (holder.allowedFrom !== undefined && !holder.allowedFrom(request.ip)) {
      throw new ApiProblem("forbidden", `the API key ${holder.name} may not be used from ${request.ip}`);
    }
    const { rbac } = this.#derived.settings.security;
    if (rbac.enabled && !grants(holder.permissions, rbac.roles, wanted)) {
      throw new ApiProblem("forbidden", `this needs the permission ${wanted}, which ${holder.name} doesn't have`);
    }
    const wait = holder.bucket?.take(this.#now()) ?? 0;
    if (wait > 0) throw tooMany(`the rate limit of ${holder.name} is used up`, wait);
    return holder;
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
      this.#derived.settings.boundToLoopback &&
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

function derive(settings: GuardSettings, now: () => number): Derived {
  const { security, credentials } = settings;
  const { requestsPerSecond: perSecond, burstSize } = security.addressRateLimit;
  return {
    settings,
    keyring: new Keyring(credentials, now()),
    tokens: new TokenAuthenticator(security, credentials, now),
    headers: keyHeaders(security),
    clients: security.clientNetworks.length === 0 ? undefined : inNetworks(security.clientNetworks),
    addresses: perSecond === undefined ? undefined : new BucketTable({ perSecond, burst: burstSize ?? 2 * perSecond }),
  };
}

function unauthorized(detail: string, shown = false): ApiProblem {
  const challenge = `Bearer realm="quorumkit"${shown ? ', error="invalid_token"' : ""}`;
  return new ApiProblem("unauthorized", detail, { headers: { "www-authenticate": challenge } });
}

function tooMany(detail: string, waitMilliseconds: number): ApiProblem {
  const headers = { "retry-after": String(Math.ceil(waitMilliseconds / 1000)) };
  return new ApiProblem("too-many-requests", detail, { headers });
}

function tokenProblem(error: unknown): unknown {
  if (error instanceof TokenRefusedError) return unauthorized(error.message, true);
  if (!(error instanceof ProviderUnavailableError)) return error;
  const extras = { headers: { "retry-after": "5" }, cause: error };
  return new ApiProblem("provider-unavailable", `the token can't be checked now: ${error.message}`, extras);
}
