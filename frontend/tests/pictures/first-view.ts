/** How soon the page shows its first answer in a browser that was never there, in milliseconds. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { launch, WAIT } from "../browser/browser";

const TIMES = 5;
const GOAL_MS = 2_000;

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

it.each(["routes", "flows"])("%s", async (view) => {
  const answer: number[] = [];
  const map: number[] = [];
  for (let nth = 0; nth < TIMES; nth += 1) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
    context.setDefaultTimeout(WAIT);
    const page = await context.newPage();
    const begin = performance.now();
    await page.goto(`${inject("origin")}/?view=${view}`);
    await page.locator(".sentence").first().waitFor();
    answer.push(Math.round(performance.now() - begin));
    await page.waitForSelector(".map[data-ready=yes]");
    map.push(Math.round(performance.now() - begin));
    await context.close();
  }
  const met = Math.max(...answer) <= GOAL_MS ? "met" : "MISSED";
  console.log(
    `${view}: first answer ${answer.join(", ")} ms, goal ${String(GOAL_MS)} ${met}; map drawn ${map.join(", ")}`,
  );
  expect(answer).toHaveLength(TIMES);
});
