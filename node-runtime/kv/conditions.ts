/** Reads what a request says about revisions: `If-Match`, `If-None-Match` and `?compare_revision=`. */
import { ApiProblem } from "../http/problem.ts";
import type { Condition } from "./space.ts";

/** The condition headers of a request. */
export interface ConditionHeaders {
  "if-match"?: string | undefined;
  "if-none-match"?: string | undefined;
}

/** The ETag of a revision. */
export function etagOf(revision: number): string {
  return `"${revision}"`;
}

/**
 * The condition of a write; undefined where it has none.
 * @throws ApiProblem on a header that can't be understood, and on more than one condition
 */
export function writeCondition(headers: ConditionHeaders, compareRevision: number | undefined): Condition | undefined {
  const match = headers["if-match"];
  const noneMatch = headers["if-none-match"];
  if (match === undefined && noneMatch === undefined) {
    return compareRevision === undefined ? undefined : { kind: "revision", revision: compareRevision };
  }
  if ([match, noneMatch, compareRevision].filter((item) => item !== undefined).length > 1) {
    throw new ApiProblem("invalid-request", "send only one of if-match, if-none-match and compare_revision");
  }
  if (noneMatch !== undefined) {
    if (noneMatch.trim() === "*") return { kind: "absent" };
    throw new ApiProblem("invalid-request", "headers if-none-match: a write takes only *, got another value");
  }
  if (match?.trim() === "*") return { kind: "exists" };
  const revision = /^"?(\d{1,15})"?$/.exec(match?.trim() ?? "")?.[1];
  if (revision !== undefined) return { kind: "revision", revision: Number(revision) };
  throw new ApiProblem("invalid-request", 'headers if-match: must be * or one ETag such as "12"');
}

/** Whether the reader already has this revision (`If-None-Match` of a read). */
export function hasRevision(header: string | undefined, revision: number): boolean {
  if (header === undefined) return false;
  const tags = header.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") || tags.includes(etagOf(revision));
}

/** The problem of a condition that doesn't hold: 412 for headers, as HTTP has it, and 409 for the query. */
export function mismatchProblem(headers: ConditionHeaders, currentRevision: number): ApiProblem {
  const byHeader = headers["if-match"] !== undefined || headers["if-none-match"] !== undefined;
  const detail =
    currentRevision === 0 ? "the key does not exist" : `the key is at revision ${currentRevision}; nothing was changed`;
  return new ApiProblem(byHeader ? "precondition-failed" : "compare-failed", detail, {
    members: { current_revision: currentRevision },
    ...(currentRevision === 0 ? {} : { headers: { etag: etagOf(currentRevision) } }),
  });
}
