/** Starts `caspia serve` on a free port with a folder of its own, and stops it when the tests are done. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    origin: string;
  }
}

/** The command, or a command with its first words; a path may hold blanks. */
const GIVEN = process.env["CASPIA"] ?? "../.venv/bin/caspia";
const COMMAND = existsSync(GIVEN) ? [GIVEN] : GIVEN.split(" ");

const MOST_MS = 600_000;

/** Wait until the routes of the first worlds are found, so that no test is about how busy the machine is. */
async function warm(origin: string): Promise<void> {
  const end = Date.now() + MOST_MS;
  while (Date.now() < end) {
    const health = (await (await fetch(`${origin}/api/v1/health`)).json()) as { status: string };
    if (health.status !== "warming") return;
    await new Promise((done) => setTimeout(done, 1000));
  }
  throw new Error("the server did not get ready");
}

export default async function start(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "caspia-page-"));
  const [program = "", ...first] = COMMAND;
  const args = [...first, "serve", "--port", "0", "--workers", "1", "--folder", folder];
  const server = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  const origin = await new Promise<string>((found, failed) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      const address = /http:\/\/[\w.:]+/.exec(said)?.[0];
      if (address) found(address);
    };
    server.stdout.on("data", hear);
    server.stderr.on("data", hear);
    server.on("error", failed);
    server.on("exit", (code) => {
      failed(new Error(`caspia serve ended with ${String(code)}: ${said}`));
    });
  });
  await warm(origin);
  project.provide("origin", origin);
  return async () => {
    const ended = new Promise((done) => server.once("exit", done));
    server.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
}
