/** Who may do what: permissions of guide 004 (`data:write`, `cluster:*`) and the roles that bundle them. */

/** A set of permissions with a name. */
export interface Role {
  name: string;
  permissions: readonly string[];
}

/**
 * What a route needs. `public` needs nothing at all; `anyone` needs no credential either, but `client_networks` hold for
 * it: the route that gives credentials out.
 */
export type Access = "public" | "anyone" | "data" | "admin";

/** The permission that a request needs. */
export function permissionFor(access: Exclude<Access, "public" | "anyone">, method: string): string {
  if (access === "admin") return "cluster:admin";
  return method === "GET" || method === "HEAD" ? "data:read" : "data:write";
}

/** Whether a holder of `held` (roles or permissions) may do what needs `wanted`. Roles don't nest. */
export function grants(held: readonly string[], roles: readonly Role[], wanted: string): boolean {
  const effective = held.flatMap((name) => roles.find((role) => role.name === name)?.permissions ?? [name]);
  return effective.some((permission) => covers(permission, wanted));
}

/** `*` is everything, `data:*` everything with data, `read` any reading. */
function covers(permission: string, wanted: string): boolean {
  if (permission === "*" || permission === wanted) return true;
  const [area, action] = wanted.split(":");
  return permission === `${area}:*` || permission === action;
}
