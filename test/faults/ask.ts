/** Requests over connections that stay open; plain node:http, which leaves more of the cores to the nodes than fetch does. */
import { Agent, request } from "node:http";

/** What is asked. */
export interface Question {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
  /** In ms, for the whole exchange. Default: 10 s. */
  timeout?: number;
  agent?: Agent;
}

/** An answer with a JSON body. */
export interface Answer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: unknown;
}

const sharedAgent = new Agent({ keepAlive: true });

/** The answer did not come in time. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/** Asks, and gives whatever the answer is; throws where there is none. */
export function askJson(url: string, question: Question = {}): Promise<Answer> {
  const { method = "GET", timeout = 10_000, agent = sharedAgent } = question;
  const text = question.body === undefined ? "" : JSON.stringify(question.body);
  const headers = {
    ...question.headers,
    ...(text === "" ? {} : { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        try {
          const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        } catch (error) {
          reject(new Error(`${method} ${url}: ${response.statusCode ?? 0} without JSON`, { cause: error }));
        }
      });
    });
    const timer = setTimeout(() => {
      sent.destroy(new TimeoutError(`${method} ${url}: no answer within ${timeout / 1000} s`));
    }, timeout);
    sent.on("close", () => {
      clearTimeout(timer);
    });
    sent.on("error", reject);
    sent.end(text);
  });
}
