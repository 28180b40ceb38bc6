/** Asks an identity provider for a JSON document. */
import { ProviderUnavailableError } from "./token.ts";

const limitMilliseconds = 5_000;
const limitBytes = 256 * 1024;

/** @throws ProviderUnavailableError for anything but a JSON object with status 200 within the limits */
export async function fetchJson(url: string, init: RequestInit = {}): Promise<Record<string, unknown>> {
  const { origin } = new URL(url);
  const unavailable = (reason: string, cause?: unknown) =>
    new ProviderUnavailableError(`${origin} ${reason}`, { cause });
  let text: string;
  try {
    const response = await fetch(url, { ...init, redirect: "error", signal: AbortSignal.timeout(limitMilliseconds) });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw unavailable(`answered with status ${response.status}`);
    }
    text = await limitedText(response);
  } catch (error) {
    if (error instanceof ProviderUnavailableError) throw error;
    throw unavailable("does not answer", error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The text itself may hold claims of a token, so it goes nowhere.
    throw unavailable("answered with something that is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw unavailable("answered with something that is not a JSON object");
  }
  return value as Record<string, unknown>;
}

async function limitedText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (body === null) return "";
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > limitBytes) throw new ProviderUnavailableError(`an answer is larger than ${limitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
