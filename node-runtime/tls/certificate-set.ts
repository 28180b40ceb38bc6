/** The certificates that a node uses, by what they are for. */
import type { HealthCheck } from "../workloads/workload.ts";
import { CertificateFiles, type CertificateSettings } from "./certificates.ts";

const dayMilliseconds = 86_400_000;
/** Health is degraded from this many days before the end on. */
const warningDays = 14;

export class CertificateSet {
  readonly #log: CertificateSettings["log"];
  readonly #now: () => number;
  readonly #files = new Map<string, CertificateFiles>();

  constructor(log: CertificateSettings["log"], now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /**
   * Opens the files of one use and keeps them open; a second call gives the same.
   * @throws Error that names the option and the file
   */
  async open({ use, option, paths }: Omit<CertificateSettings, "log" | "now">): Promise<CertificateFiles> {
    const known = this.#files.get(use);
    if (known !== undefined) return known;
    const files = await CertificateFiles.open({ use, option, paths, log: this.#log, now: this.#now });
    this.#files.set(use, files);
    return files;
  }

  /** The files of a use; undefined where none were opened. */
  get(use: string): CertificateFiles | undefined {
    return this.#files.get(use);
  }

  /** All of them. */
  get all(): readonly CertificateFiles[] {
    return [...this.#files.values()];
  }

  /** Reads all files again. */
  async check(): Promise<void> {
    await Promise.all(this.all.map((files) => files.check()));
  }

  close(): void {
    for (const files of this.all) files.close();
    this.#files.clear();
  }

  /** The check `certificates`; undefined where there are none. */
  health(): HealthCheck | undefined {
    if (this.#files.size === 0) return undefined;
    const days = this.all.map(({ use, notAfter }) => ({
      use,
      days: Math.floor((notAfter.getTime() - this.#now()) / dayMilliseconds),
    }));
    const details = Object.fromEntries(days.map((each) => [`${each.use}_days_left`, each.days]));
    const soonest = days.reduce((least, each) => (each.days < least.days ? each : least));
    if (soonest.days >= warningDays) return { name: "certificates", status: "healthy", details };
    const expired = soonest.days < 0;
    const reason = expired
      ? `the certificate for ${soonest.use} has expired`
      : `the certificate for ${soonest.use} expires in ${soonest.days} days`;
    return { name: "certificates", status: expired ? "unhealthy" : "degraded", reason, details };
  }
}
