/** Lets users of the config log in with a password for a token that the first HS256 provider accepts. */
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { parseDuration, type NodeConfig } from "@quorumkit/schema";
import { ApiProblem } from "../../problem.ts";
import { BucketTable, limitedAddress, type BucketLimits } from "../bucket-table.ts";
import { hmacKey, type JwtProviderConfig } from "../tokens/jwt-provider.ts";
import { PasswordThread } from "./password-thread.ts";

/** An attempt. */
export interface LoginAttempt {
  username: string;
  password: string;
  /** Of the client. */
  address: string;
}

/** What a user gets. */
export interface LoginToken {
  token: string;
  expiresAt: Date;
  roles: readonly string[];
}

type User = NodeConfig["security"]["users"][number];

/** Per node: ten attempts at once, then one in six seconds; of an address and of a user name. */
const attemptLimits: BucketLimits = { perSecond: 1 / 6, burst: 10 };
/** Attempts that wait for the one thread; more are refused at once. */
const queueLimit = 16;

export class Login {
  readonly #security: () => NodeConfig["security"];
  readonly #now: () => number;
  readonly #thread = new PasswordThread();
  readonly #addresses = new BucketTable(attemptLimits);
  readonly #names = new BucketTable(attemptLimits);
  readonly #secret = randomBytes(32);

  constructor(security: () => NodeConfig["security"], now: () => number) {
    this.#security = security;
    this.#now = now;
  }

  /** Whether a name is one of a user; others are not written down, since people type passwords there. */
  isUser(username: string): boolean {
    return this.#security().users.some((user) => user.username === username);
  }

  /**
   * An unknown user takes as long as a wrong password, and gets the same answer.
   * @throws ApiProblem `login-refused`, `too-many-requests`, or `not-found` where nobody can log in
   */
  async logIn({ username, password, address }: LoginAttempt): Promise<LoginToken> {
    const { users, auth } = this.#security();
    const provider = auth.providers.find(
      (candidate) => candidate.type === "jwt" && candidate.algorithm === "HS256" && candidate.secret !== undefined,
    );
    const [first] = users;
    if (first === undefined || provider?.type !== "jwt") {
      const detail = "nobody can log in here: that needs security.users and a jwt provider of HS256 with a secret";
      throw new ApiProblem("not-found", detail);
    }
    this.#limit(username, address);
    const digest = createHmac("sha256", this.#secret).update(username).digest();
    const user = users.find((candidate) => candidate.username === username);
    const checked = user ?? users[digest.readUInt32BE(0) % users.length] ?? first;
    const matches = await this.#thread.check(password, checked.passwordHash);
    if (user === undefined || !matches) {
      throw new ApiProblem("login-refused", "there is no user with this name and password");
    }
    return this.#tokenFor(user, provider);
  }

  close(): Promise<void> {
    return this.#thread.close();
  }

  #limit(username: string, address: string): void {
    const now = this.#now();
    const wait = Math.max(this.#addresses.take(limitedAddress(address), now), this.#names.take(username, now));
    if (wait === 0 && this.#thread.pending < queueLimit) return;
    const headers = { "retry-after": String(Math.max(1, Math.ceil(wait / 1000))) };
    throw new ApiProblem("too-many-requests", "too many attempts to log in; wait and try again", { headers });
  }

  /** Until it ends the token is good, whatever becomes of the user: `token_lifetime` says for how long. */
  async #tokenFor(user: User, provider: JwtProviderConfig): Promise<LoginToken> {
    // Loaded with the first login: a node that nobody logs in to does without its memory.
    const { SignJWT } = await import("jose");
    const issued = Math.floor(this.#now() / 1000);
    const expires = issued + Math.floor(parseDuration(provider.tokenLifetime) / 1000);
    const token = new SignJWT({ [provider.rolesClaim]: [...user.roles] })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .setSubject(user.username)
      .setIssuedAt(issued)
      .setExpirationTime(expires)
      .setJti(randomUUID());
    if (provider.issuer !== undefined) token.setIssuer(provider.issuer);
    if (provider.audience !== undefined) token.setAudience(provider.audience);
    return {
      token: await token.sign(hmacKey(provider.secret ?? "")),
      expiresAt: new Date(expires * 1000),
      roles: user.roles,
    };
  }
}
