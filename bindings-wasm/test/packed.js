// The package as a user gets it: packed by npm, unpacked into a fresh folder's node_modules.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const source = join(import.meta.dirname, "..");

/** Packs the package and installs the tarball, without network. Call `remove` when done. */
export function install() {
  const folder = mkdtempSync(join(tmpdir(), "rampgate-packed-"));
  const packed = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], { cwd: source, encoding: "utf8" });
  const { filename, files } = firstOf(JSON.parse(packed));
  const home = join(folder, "node_modules", "rampgate");
  mkdirSync(home, { recursive: true });
  execFileSync("tar", ["-xzf", join(folder, filename), "-C", home, "--strip-components=1"]);
  return {
    folder,
    files: files.map((file) => file.path).sort(),
    manifest: JSON.parse(readFileSync(join(home, "package.json"), "utf8")),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

// npm gives a list up to version 10 and an object by package name after it
function firstOf(packages) {
  return Object.values(packages)[0];
}
