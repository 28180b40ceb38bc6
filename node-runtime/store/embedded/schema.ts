import { existsSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { StoreCorruptError, StoreFormatError } from "../errors.ts";

/** "qkst", in the header of every store file. */
const applicationId = 0x716b7374;

/**
 * One step for each format version, starting with version 1. Never change a step that was released: add one.
 * `history` has one row for each revision: its events as JSON (see events.ts), with what they replaced.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE lease (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ttl_milliseconds INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE live (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    create_revision INTEGER NOT NULL,
    mod_revision INTEGER NOT NULL,
    version INTEGER NOT NULL,
    lease INTEGER REFERENCES lease (id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX live_by_lease ON live (lease) WHERE lease IS NOT NULL;
  CREATE TABLE history (
    revision INTEGER PRIMARY KEY,
    events TEXT NOT NULL
  ) STRICT;
  CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL,
    compact_revision INTEGER NOT NULL,
    keys INTEGER NOT NULL
  ) STRICT;
  INSERT INTO meta VALUES (1, 1, 0, 0);
  CREATE TABLE probe (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    padding BLOB NOT NULL
  ) STRICT;
  `,
];

const sqliteCorrupt = 11;
const sqliteNotADatabase = 26;

/** Whether SQLite reported a damaged file. */
export function isCorruption(error: unknown): boolean {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return false;
  const primaryCode = error.errcode & 0xff;
  return primaryCode === sqliteCorrupt || primaryCode === sqliteNotADatabase;
}

function pragmaNumber(database: DatabaseSync, statement: string): number {
  const value = Object.values(database.prepare(statement).get() ?? {})[0];
  return typeof value === "number" ? value : 0;
}

/** SQLite drops the log of a missing or empty database file without a word, and acknowledged writes with it. */
function checkFilePresent(file: string): void {
  const log = `${file}-wal`;
  const size = (path: string): number => (existsSync(path) ? statSync(path).size : 0);
  if (size(file) === 0 && size(log) > 0) {
    throw new StoreCorruptError(`${file} is missing or empty, but its log ${log} is not; restore the file or a backup`);
  }
}

function checkIntegrity(database: DatabaseSync, file: string, quickCheckLimitBytes: number): void {
  const whole = statSync(file).size <= quickCheckLimitBytes;
  const checks = whole ? ["quick_check(1)"] : ["meta", "lease", "schema_version"].map((t) => `quick_check('${t}')`);
  for (const check of checks) {
    const finding = Object.values(database.prepare(`PRAGMA ${check}`).get() ?? {})[0];
    if (finding !== "ok") throw new StoreCorruptError(`${file} is damaged: ${String(finding)}; restore a backup`);
  }
}

function formatVersion(database: DatabaseSync, file: string): number {
  const tables = pragmaNumber(database, "SELECT count(*) FROM sqlite_schema");
  if (tables === 0) return 0;
  if (pragmaNumber(database, "PRAGMA application_id") !== applicationId) {
    throw new StoreFormatError(`${file} is an SQLite database, but not a quorumkit store; use another data directory`);
  }
  return pragmaNumber(database, "SELECT max(version) FROM schema_version");
}

function migrate(database: DatabaseSync, file: string): void {
  const found = formatVersion(database, file);
  if (found > migrations.length) {
    throw new StoreFormatError(
      `${file} has format ${found}, written by a newer version; this one knows formats up to ${migrations.length}`,
    );
  }
  if (found === migrations.length) return;
  database.exec("BEGIN IMMEDIATE");
  if (found === 0) {
    database.exec(`PRAGMA application_id = ${applicationId}`);
    database.exec("CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL) STRICT");
  }
  for (const [index, step] of migrations.entries()) {
    if (index < found) continue;
    database.exec(step);
    database.prepare("INSERT INTO schema_version VALUES (?, ?)").run(index + 1, new Date().toISOString());
  }
  database.exec("COMMIT");
}

/**
 * Opens the file for writing, makes it if missing, brings an older format up to date.
 * @throws StoreCorruptError, StoreFormatError
 */
export function openForWriting(file: string, quickCheckLimitBytes: number): DatabaseSync {
  checkFilePresent(file);
  const database = new DatabaseSync(file, { timeout: 5000, enableForeignKeyConstraints: true });
  try {
    // FULL: every commit is fsynced before it is answered. Checkpoints are the worker's, apart from commits.
    database.exec(`
      PRAGMA encoding = 'UTF-8';
      PRAGMA cell_size_check = ON;
      PRAGMA trusted_schema = OFF;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA fullfsync = ON;
      PRAGMA checkpoint_fullfsync = ON;
      PRAGMA wal_autocheckpoint = 0;
      PRAGMA journal_size_limit = 67108864;
      PRAGMA cache_size = -8192;
      PRAGMA temp_store = MEMORY;
    `);
    migrate(database, file);
    checkIntegrity(database, file, quickCheckLimitBytes);
    return database;
  } catch (error) {
    database.close();
    if (isCorruption(error)) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StoreCorruptError(`${file} is damaged: ${reason}; restore a backup`, { cause: error });
    }
    throw error;
  }
}

/** A second connection, which sees each commit as soon as it is durable, and never blocks the writer. */
export function openForReading(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 1000 });
  database.exec("PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -8192;");
  return database;
}
