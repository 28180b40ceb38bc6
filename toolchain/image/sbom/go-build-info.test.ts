import assert from "node:assert/strict";
import { test } from "node:test";
import { readGoBuildInfo } from "./go-build-info.ts";

/** A program as the linker lays it out, with the magic once more where it doesn't count. */
function program(goVersion: string, modules: string, flags = 2): Buffer {
  const header = Buffer.alloc(32);
  header.write("\xff Go buildinf:", "latin1");
  header.writeUInt8(8, 14);
  header.writeUInt8(flags, 15);
  const text = (value: string) => {
    const bytes = Buffer.from(value, "latin1");
    const length = [];
    for (let rest = bytes.length; ; rest = Math.floor(rest / 128)) {
      length.push(rest < 128 ? rest : (rest % 128) + 128);
      if (rest < 128) break;
    }
    return Buffer.concat([Buffer.from(length), bytes]);
  };
  const mark = "\x30\x77\xaf\x0c\x92\x74\x08\x02\x41\xe1\xc1\x07\xe6\xd6\x18\xe6";
  const decoy = Buffer.concat([Buffer.alloc(5), header, Buffer.alloc(11)]);
  return Buffer.concat([Buffer.alloc(64), decoy, header, text(goVersion), text(`${mark}${modules}${mark}`)]);
}

const modules = [
  "path\tgo.etcd.io/etcd/server/v3",
  "mod\texample.com/etcd\t(devel)\t",
  "dep\tgo.etcd.io/bbolt\tv1.4.3\th1:dEadxpI6G79deX5prL3QRNP6JB8UxVkqo4UPnHaNXJo=",
  "dep\tgolang.org/x/net\tv0.38.0",
  "=>\tgolang.org/x/net\tv0.38.1\th1:vRMAPTMaeGqVhG5QyLJHqNDwecKTomGeqbnfZyKlBI8=",
  "build\t-trimpath=true",
  "",
].join("\n");

test("a program says its Go, its package and its modules; a replaced one is what replaced it", () => {
  assert.deepEqual(readGoBuildInfo(program("go1.26.8", modules)), {
    goVersion: "go1.26.8",
    path: "go.etcd.io/etcd/server/v3",
    modules: [
      { name: "go.etcd.io/bbolt", version: "v1.4.3" },
      { name: "golang.org/x/net", version: "v0.38.1" },
    ],
  });
});

test("a program without build information, or with that of an old Go, is refused", () => {
  assert.throws(() => readGoBuildInfo(Buffer.alloc(4096)), /no build information/);
  assert.throws(() => readGoBuildInfo(program("go1.17", modules, 0)), /no build information/);
});
