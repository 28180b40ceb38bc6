/** What the command exits with. */
export const exitCode = {
  ok: 0,
  /** Something failed: a port in use, a node that doesn't answer, a change that was refused. */
  failure: 1,
  /** The command line makes no sense. */
  usage: 2,
  /** EX_CONFIG of sysexits.h: the config file can't be used; starting again won't help. */
  badConfig: 78,
} as const;

/** Ends a command with a message for people, a code, and (with --json) a document. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: number;
  readonly document: Readonly<Record<string, unknown>>;

  constructor(message: string, code: number, document: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.exitCode = code;
    this.document = document;
  }
}
