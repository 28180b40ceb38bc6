/** What can go wrong with a managed etcd, each with its own code and a sentence that says what to do. */

export type EtcdErrorCode =
  | "etcd-missing"
  | "etcd-wrong-version"
  | "etcd-config-refused"
  | "etcd-port-in-use"
  | "etcd-address-unavailable"
  | "etcd-certificates"
  | "etcd-permission"
  | "etcd-disk-full"
  | "etcd-quota-exceeded"
  | "etcd-data-newer"
  | "etcd-data-damaged"
  | "etcd-data-in-use"
  | "etcd-data-not-moved"
  | "etcd-peers-unreachable"
  | "etcd-member-removed"
  | "etcd-failed"
  | "foreign-data";

/** A managed etcd that can't be started, or that ended. `code` is stable and may be shown to API clients. */
export class EtcdError extends Error {
  override readonly name = "EtcdError";
  readonly code: EtcdErrorCode;
  /** The last lines that etcd wrote, oldest first; none where it had no part in the failure. */
  readonly lastLines: readonly string[];

  constructor(code: EtcdErrorCode, message: string, options: ErrorOptions & { lastLines?: readonly string[] } = {}) {
    super(message, options);
    this.code = code;
    this.lastLines = options.lastLines ?? [];
  }
}

/** What went wrong with a file or directory of the node. */
export function fileError(error: unknown, path: string, option: string): EtcdError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new EtcdError("etcd-disk-full", `${path} can't be written: the disk is full. Make space on it`, {
      cause: error,
    });
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS" || code === "ENOTDIR") {
    return new EtcdError(
      "etcd-permission",
      `${path} can't be used (${code}). Give the user that runs the node (id ${process.getuid?.() ?? "?"}) ` +
        `the right to read and write it, or set ${option} to another directory`,
      { cause: error },
    );
  }
  return new EtcdError("etcd-failed", `${path}: ${message}`, { cause: error });
}
