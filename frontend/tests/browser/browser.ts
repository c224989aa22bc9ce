/** A browser, pages that remember what went wrong in them, and the check of accessibility. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { inject } from "vitest";

export const WAIT = 120_000;

export interface Opened {
  page: Page;
  /** Errors of the console and of scripts. */
  errors: string[];
}

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-background-networking", "--enable-unsafe-swiftshader"],
  });

export async function open(browser: Browser, query: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(WAIT);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(`${inject("origin")}/${query}`);
  return { page, errors };
}

export const sentence = async (page: Page): Promise<string> => (await page.locator(".sentence").innerText()).trim();

export const drawn = (page: Page): Promise<unknown> => page.waitForSelector(".map[data-ready=yes]");

interface Axe {
  run: (options: unknown) => Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }>;
}

/** What breaks WCAG 2.2 AA on the page as it is, one line each. */
export async function complaints(page: Page): Promise<string[]> {
  const path = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  await page.evaluate(await readFile(path, "utf8"));
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const found = await page.evaluate(
    (values) => (globalThis as unknown as { axe: Axe }).axe.run({ runOnly: { type: "tag", values } }),
    tags,
  );
  return found.violations.map(
    (v) =>
      `${v.id}: ${v.help}: ${v.nodes
        .map((n) => n.html)
        .slice(0, 3)
        .join(" | ")}`,
  );
}
