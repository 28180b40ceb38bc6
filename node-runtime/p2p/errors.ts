/** Failures of peer-to-peer that a caller may switch on. None of them stops the node. */

/** What went wrong. */
export type P2pErrorCode =
  /** `p2p.enabled` is off. */
  | "p2p-off"
  /** The worker is starting, was restarted while it did this, or has stopped. */
  | "p2p-unavailable"
  /** The node is not connected, or the connection ended. */
  | "peer-unreachable"
  /** The request may not be forwarded, or the peer doesn't take it. */
  | "forward-refused"
  | "forward-too-large"
  | "deadline-exceeded"
  /** No provider has the block. */
  | "block-absent"
  /** Every provider failed before the end; what arrived is kept for the next attempt. */
  | "block-incomplete"
  /** What arrived is not what the digest says, and was deleted. */
  | "block-corrupt"
  | "invalid-argument"
  /** The file of `p2p.identity_file` can't be used. */
  | "p2p-identity"
  | "p2p-port-in-use"
  /** The libp2p host did not start for another reason. */
  | "p2p-start-failed"
  | "internal-error";

export class P2pError extends Error {
  override readonly name = "P2pError";
  readonly code: P2pErrorCode;

  constructor(code: P2pErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
