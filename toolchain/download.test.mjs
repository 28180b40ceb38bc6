import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { checksumOf, downloadRelease } from "./download.mjs";
import { temporaryFolder } from "./testing/temporary.mjs";
import { composeRelease, etcdRelease, pulumiRelease } from "./tools.mjs";

const archive = "pulumi-v1.0.0-linux-x64.tar.gz";

/**
 * A release server with a real archive; `checksums` makes the text of the checksums file from the archive's SHA-256.
 *
 * @param {import("node:test").TestContext} context @param {(sha256: string) => string} checksums
 */
async function serve(context, checksums) {
  const folder = temporaryFolder(context, {
    "pulumi/pulumi": "#!/bin/sh\necho v1.0.0\n",
    "pulumi/pulumi-language-nodejs": "#!/bin/sh\n",
  });
  execFileSync("tar", ["-czf", archive, "pulumi"], { cwd: folder });
  const content = readFileSync(join(folder, archive));
  const bodies = /** @type {Record<string, string | Buffer>} */ ({
    "/checksums.txt": checksums(createHash("sha256").update(content).digest("hex")),
    [`/${archive}`]: content,
  });
  const server = createServer((request, response) => {
    const body = bodies[request.url ?? ""];
    response
      .writeHead(body === undefined ? 404 : 200, { connection: "close", "content-length": body?.length ?? 0 })
      .end(body);
  });
  context.after(() => server.close());
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const base = `http://127.0.0.1:${port}`;
  return { archive, url: `${base}/${archive}`, checksumsUrl: `${base}/checksums.txt` };
}

test("a release with the published checksum is unpacked, its programs executable", async (context) => {
  const release = await serve(context, (sha256) => `${"0".repeat(64)}  other.tar.gz\n${sha256}  ${archive}\n`);
  const folder = temporaryFolder(context);
  /** @type {string[]} */
  const progress = [];
  await downloadRelease(release, folder, (text) => progress.push(text));
  assert.deepEqual(readdirSync(folder).sort(), ["pulumi", "pulumi-language-nodejs"]);
  assert.equal(execFileSync(join(folder, "pulumi"), { encoding: "utf8" }), "v1.0.0\n");
  assert.ok(
    progress.some((text) => text.startsWith("100 %")),
    progress.join(),
  );
});

test("a release that is the program itself gets its name and can be run", async (context) => {
  const { url, checksumsUrl } = await serve(context, (sha256) => `${sha256} *${archive}\n`);
  const folder = temporaryFolder(context);
  await downloadRelease({ archive, url, checksumsUrl, program: "tool" }, folder, () => undefined);
  assert.deepEqual(readdirSync(folder), ["tool"]);
  assert.equal(statSync(join(folder, "tool")).mode & 0o777, 0o755);
});

test("a release with another checksum is refused before anything is unpacked", async (context) => {
  const release = await serve(context, () => `${"0".repeat(64)}  ${archive}\n`);
  const folder = temporaryFolder(context);
  await assert.rejects(
    downloadRelease(release, folder, () => {}),
    /its SHA-256 is [0-9a-f]{64}, but 0{64} is published for it/,
  );
  assert.deepEqual(readdirSync(folder), []);
});

test("a release without a checksum, or that isn't there, is refused with its URL", async (context) => {
  const unlisted = await serve(context, () => "");
  await assert.rejects(
    downloadRelease(unlisted, temporaryFolder(context), () => {}),
    /checksums\.txt: it has no SHA-256 of pulumi-v1/,
  );
  const missing = { ...unlisted, checksumsUrl: unlisted.checksumsUrl.replace("checksums", "none") };
  await assert.rejects(
    downloadRelease(missing, temporaryFolder(context), () => {}),
    /none\.txt: the server answered 404 Not Found/,
  );
});

test("checksum files are read by exact file name", () => {
  const sum = "a".repeat(64);
  assert.equal(checksumOf(`${sum}  ${archive}\n`, archive), sum);
  assert.equal(checksumOf(`${sum} *${archive}\r\n`, archive), sum);
  assert.equal(checksumOf(`${sum}  not-${archive}\n`, archive), undefined);
  assert.equal(checksumOf(`123  ${archive}\n`, archive), undefined);
});

test("release addresses are those of the publishers", () => {
  assert.deepEqual(pulumiRelease("3.259.0", "linux", "x64"), {
    archive: "pulumi-v3.259.0-linux-x64.tar.gz",
    url: "https://get.pulumi.com/releases/sdk/pulumi-v3.259.0-linux-x64.tar.gz",
    checksumsUrl: "https://get.pulumi.com/releases/sdk/pulumi-3.259.0-checksums.txt",
  });
  assert.match(pulumiRelease("3.259.0", "win32", "arm64")?.archive ?? "", /windows-arm64\.zip$/);
  assert.equal(pulumiRelease("3.259.0", "linux", "ia32"), undefined);
  assert.deepEqual(etcdRelease("3.6.5", "linux", "x64"), {
    archive: "etcd-v3.6.5-linux-amd64.tar.gz",
    url: "https://github.com/etcd-io/etcd/releases/download/v3.6.5/etcd-v3.6.5-linux-amd64.tar.gz",
    checksumsUrl: "https://github.com/etcd-io/etcd/releases/download/v3.6.5/SHA256SUMS",
  });
  assert.match(etcdRelease("3.6.5", "darwin", "arm64")?.archive ?? "", /darwin-arm64\.zip$/);
  assert.equal(etcdRelease("3.6.5", "win32", "arm64"), undefined);
});

test("the release of Docker Compose for a platform is one program with a checksum of its own", () => {
  const url = "https://github.com/docker/compose/releases/download/v2.40.0/docker-compose-linux-x86_64";
  assert.deepEqual(composeRelease("2.40.0", "linux", "x64"), {
    archive: "docker-compose-linux-x86_64",
    url,
    checksumsUrl: `${url}.sha256`,
    program: "docker-compose",
  });
  assert.equal(composeRelease("2.40.0", "freebsd", "x64"), undefined);
});
