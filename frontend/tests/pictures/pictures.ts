/** Pictures of every view for the docs, each with its answer worked out. */
import { resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { drawn, launch, open } from "../browser/browser";

const FOLDER = resolve("../docs/images");
const LONGEST = 1_500_000;
/** Names of states come late where the processor draws the map. */
const SETTLED = 7_000;

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

/** Ask for what takes longer, and wait for the answer. */
async function answered(page: Page): Promise<void> {
  await page.locator(".sentence, .empty").first().waitFor();
  const ask = page.getByRole("button", { name: /^Work it out/ }).first();
  if (!(await page.locator(".sentence").count()) && (await ask.count())) await ask.click();
  await page.locator(".sentence").first().waitFor({ timeout: LONGEST });
  await drawn(page);
  await page.waitForTimeout(SETTLED);
}

it.each([
  ["routes", "?view=routes", {}],
  ["flows", "?view=flows&year=2030", {}],
  ["closed", "?view=flows&edits=close~places~KZAAU", {}],
  ["plan", "?view=plan&budget=3.7", {}],
  ["rollout", "?view=rollout", {}],
  ["security", "?view=security", {}],
  ["exporter", "?view=exporter", {}],
  ["risk", "?view=risk", {}],
  ["game", "?view=game", {}],
  ["claims", "?view=claims", {}],
  ["dark", "?view=routes", { colorScheme: "dark" as const }],
  ["phone", "?view=routes", { viewport: { width: 390, height: 844 } }],
])("%s", async (name, query, options) => {
  const { page, errors } = await open(browser, query, { viewport: { width: 1280, height: 800 }, ...options });
  await answered(page);
  await page.screenshot({ path: `${FOLDER}/page-${name}.jpg`, type: "jpeg", quality: 82 });
  expect(errors).toEqual([]);
  await page.context().close();
});
