/** The part of autocannon that the benchmark uses; it ships no types. */
declare module "autocannon" {
  interface RequestOptions {
    method: string;
    path?: string;
    headers?: Record<string, string>;
    body?: string;
    /** Called before each request. */
    setupRequest?: (request: RequestOptions) => RequestOptions;
  }

  interface Result {
    "2xx": number;
    non2xx: number;
    errors: number;
    timeouts: number;
    /** Seconds. */
    duration: number;
    /** Milliseconds. */
    latency: { p50: number; p99: number };
  }

  export default function autocannon(options: {
    url: string;
    connections: number;
    /** Seconds. */
    duration: number;
    requests: RequestOptions[];
  }): Promise<Result>;
}
