/** Every error that can reach a client, turned into one of the coded problems. */
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import {
  DuplicateKeyError,
  InvalidRequestError,
  KeyTooLargeError,
  LeaseNotFoundError,
  NoQuorumError,
  RevisionCompactedError,
  RevisionInFutureError,
  StoreError,
  TooManyOperationsError,
  TransactionTooLargeError,
  ValueTooLargeError,
} from "../store/errors.ts";
import { ApiProblem, type ProblemCode } from "./problem.ts";

/** One field of a request that is wrong. */
export interface FieldError {
  /** `body`, `query`, `path` or `headers`. */
  in: string;
  /** Dotted, with positions in brackets; empty for the whole part. */
  field: string;
  message: string;
}

/** The problem for any thrown value. What is not known becomes `internal-error` without its message, which may hold anything. */
export function toProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof StoreError) return fromStore(error);
  if (hasZodFastifySchemaValidationErrors(error)) return fromValidation(error);
  return (
    fromFastify(error) ?? new ApiProblem("internal-error", "the node failed; its log has the cause", { cause: error })
  );
}

function fromStore(error: StoreError): ApiProblem {
  if (error instanceof RevisionCompactedError) {
    const members = { compact_revision: error.compactRevision };
    return new ApiProblem("revision-compacted", `${error.message}; start over with a list`, { members, cause: error });
  }
  if (error instanceof ValueTooLargeError || error instanceof TransactionTooLargeError) {
    return new ApiProblem("body-too-large", error.message, { cause: error });
  }
  if (error instanceof LeaseNotFoundError) return new ApiProblem("not-found", error.message, { cause: error });
  const faulty =
    error instanceof InvalidRequestError ||
    error instanceof KeyTooLargeError ||
    error instanceof RevisionInFutureError ||
    error instanceof DuplicateKeyError ||
    error instanceof TooManyOperationsError;
  if (faulty) return new ApiProblem("invalid-request", error.message, { cause: error });
  if (error instanceof NoQuorumError) {
    const detail = `${error.message}; nothing was done. Reads with ?consistency=stale are still answered`;
    const members = { outcome: error.outcome };
    return new ApiProblem("no-quorum", detail, { headers: { "retry-after": "1" }, members, cause: error });
  }
  const outcome = "outcome" in error ? { outcome: error.outcome } : {};
  return new ApiProblem("store-unavailable", error.message, {
    headers: { "retry-after": "1" },
    members: outcome,
    cause: error,
  });
}

const parts: Readonly<Record<string, string>> = {
  body: "body",
  querystring: "query",
  params: "path",
  headers: "headers",
};

function fromValidation(error: {
  validation: readonly { instancePath: string; message?: string | undefined }[];
  validationContext?: string | undefined;
}): ApiProblem {
  const part = parts[error.validationContext ?? "body"] ?? "body";
  const errors = error.validation.map(({ instancePath, message }): FieldError => {
    const field = instancePath
      .split("/")
      .filter((step) => step !== "")
      .reduce((path, step) => (/^\d+$/.test(step) ? `${path}[${step}]` : path === "" ? step : `${path}.${step}`), "");
    return { in: part, field, message: message ?? "is not valid" };
  });
  return invalidFields(errors);
}

/** A 400 that locates each field. */
export function invalidFields(errors: readonly FieldError[]): ApiProblem {
  const detail = errors
    .map((item) => `${item.in}${item.field === "" ? "" : ` ${item.field}`}: ${item.message}`)
    .join("; ");
  return new ApiProblem("invalid-request", detail, { members: { errors } });
}

const fastifyCodes: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "body-too-large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "unsupported-media-type",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "invalid-request",
  FST_ERR_CTP_EMPTY_JSON_BODY: "invalid-request",
  FST_ERR_CTP_INVALID_JSON_BODY: "invalid-request",
  FST_ERR_BAD_URL: "invalid-request",
  FST_ERR_HANDLER_TIMEOUT: "deadline-exceeded",
  FST_ERR_NOT_FOUND: "not-found",
};

function fromFastify(error: unknown): ApiProblem | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  const known = typeof code === "string" ? fastifyCodes[code] : undefined;
  if (known === "unsupported-media-type") {
    return new ApiProblem(known, "the body must be JSON, with the content type application/json", { cause: error });
  }
  if (known !== undefined) return new ApiProblem(known, error.message, { cause: error });
  if (error instanceof SyntaxError)
    return new ApiProblem("invalid-request", `body: not JSON: ${error.message}`, { cause: error });
  // Other refusals of plug-ins: their messages are made for clients.
  if (typeof statusCode === "number" && statusCode >= 400 && statusCode < 500) {
    return new ApiProblem("invalid-request", error.message, { cause: error });
  }
  return undefined;
}
