// Bundles the two entries of the extension and, with --test, the part of its
// test that runs inside VS Code.
import { build } from "esbuild";
import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";

const testing = process.argv.includes("--test");
const common = { bundle: true, format: "cjs", external: ["vscode"], target: "es2022", minify: !testing, metafile: true, logLevel: "warning" };
// The extension host of the browser is a worker.
const browser = { ...common, platform: "browser", conditions: ["browser"], define: { global: "globalThis" } };

const results = [
  await build({ ...common, entryPoints: ["src/desktop.ts"], outdir: "dist", platform: "node" }),
  await build({ ...browser, entryPoints: ["src/browser.ts"], outdir: "dist" }),
];
if (testing) {
  await build({ ...browser, entryPoints: { browser: "test/e2e/suite.ts" }, outdir: "dist/test" });
  await build({ ...common, platform: "node", entryPoints: { desktop: "test/e2e/suite.ts" }, outdir: "dist/test" });
}
await copyFile("../../LICENSE", "LICENSE");
await writeFile("dist/third-party.txt", await notices(results));

/** The licences of what went into the bundles, as they ask for. */
async function notices(results) {
  const inputs = results.flatMap((result) => Object.keys(result.metafile.inputs));
  const folders = new Set(inputs.map((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]).filter(Boolean));
  const parts = [...folders].sort().map(async (folder) => {
    const { name, version } = JSON.parse(await readFile(`${folder}/package.json`, "utf8"));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) {
      throw new Error(`${name} has no licence file, and is part of a bundle`);
    }
    return `${name} ${version}\n\n${await readFile(`${folder}/${file}`, "utf8")}`;
  });
  return (await Promise.all(parts)).join(`\n${"-".repeat(72)}\n\n`);
}
