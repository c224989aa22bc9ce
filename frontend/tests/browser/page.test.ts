import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { complaints, drawn, launch, open, sentence } from "./browser";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
});

describe("routes", () => {
  it("answer with a sentence, corridors side by side, a chart and legs, without an error", async () => {
    const { page, errors } = await open(browser, "?view=routes");
    expect(await sentence(page)).toMatch(/Almaty to Duisburg takes/);
    await drawn(page);
    const grid = page.getByRole("table", { name: "Corridor" });
    expect(await grid.getByRole("row").count()).toBeGreaterThanOrEqual(4);
    expect(await grid.innerText()).toMatch(/Caspian/);
    expect(
      await page.getByRole("group", { name: "Cost against time" }).getByRole("button").count(),
    ).toBeGreaterThanOrEqual(3);
    expect(await page.getByRole("table", { name: /Legs/ }).getByRole("row").count()).toBeGreaterThan(5);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it("lead from a number to its parts, and from a part to a source with its link", async () => {
    const { page } = await open(browser, "?view=routes");
    await page.getByRole("table", { name: "Corridor" }).getByRole("cell").first().getByRole("button").click();
    const dialog = page.getByRole("dialog", { name: /Cost/ });
    await dialog.locator(".parts > li > details > summary").nth(1).click();
    await dialog.locator(".parts details[open] details summary").first().click();
    await dialog.locator("dl a[href^=http]").first().waitFor();
    expect(await dialog.innerText()).toMatch(/Method/);
    expect(await complaints(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await page.context().close();
  });

  it("are asked by keyboard alone", async () => {
    const { page } = await open(browser, "?view=routes");
    await sentence(page);
    const to = page.getByRole("combobox", { name: "To", exact: true });
    await to.focus();
    await to.fill("Hambu");
    await page
      .getByRole("option", { name: /Hamburg/ })
      .first()
      .waitFor();
    await page.keyboard.press("Enter");
    await page
      .getByText(/to Hamburg/)
      .first()
      .waitFor();
    expect(page.url()).toContain("to=DEHAM");
    await page.context().close();
  });

  it("say what is wrong and what to do", async () => {
    const { page } = await open(browser, "?view=routes&to=XXNOWHERE");
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.innerText()).toMatch(/XXNOWHERE/);
    expect(await alert.getByRole("button", { name: "Try again" }).count()).toBe(1);
    await page.context().close();
  });

  it("keep the old answer, greyed, when the server goes away", async () => {
    const { page } = await open(browser, "?view=routes");
    const before = await sentence(page);
    await page.context().route("**/api/v1/routes", (route) => route.abort());
    await page.getByLabel("Month of departure").selectOption("1");
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").innerText()).toMatch(/caspia serve/);
    expect(await sentence(page)).toBe(before);
    expect(await page.locator(".answer > .stale").count()).toBe(1);
    await page.context().close();
  });
});

describe("the world", () => {
  it("is changed by closing a border, which says what moved, and is shared by its address", async () => {
    const { page, errors } = await open(browser, "?view=routes&from=CNXIA&to=DEHAM");
    const before = await sentence(page);
    await page.getByRole("button", { name: "Change the world" }).first().click();
    const drawer = page.getByRole("dialog", { name: "Change the world" });
    const thing = drawer.getByRole("combobox");
    await thing.fill("Russia");
    await page
      .getByRole("option", { name: /^Russia/ })
      .first()
      .click();
    await drawer.getByRole("button", { name: /Bar transit/ }).click();
    await page.keyboard.press("Escape");
    await page.getByRole("group", { name: "World" }).getByText("no transit through Russia").waitFor();
    await page.getByRole("heading", { name: "What moved" }).waitFor();
    await page.waitForFunction((old) => document.querySelector(".sentence")?.textContent?.trim() !== old, before);
    const after = await sentence(page);
    expect(page.url()).toContain("edits=close~countries~RU");
    const shared = await open(browser, page.url().slice(inject("origin").length + 1));
    expect(await sentence(shared.page)).toBe(after);
    await shared.page.getByRole("button", { name: /Take back: no transit/ }).click();
    await shared.page.waitForFunction(
      (old) => document.querySelector(".sentence")?.textContent?.trim() === old,
      before,
    );
    expect(errors).toEqual([]);
    await Promise.all([page.context().close(), shared.page.context().close()]);
  });

  it("is changed by a click on the map", async () => {
    const { page, errors } = await open(browser, "?view=routes&map=67/49.2/4.5");
    await drawn(page);
    await page.waitForTimeout(2500);
    const box = await page.locator(".map canvas").boundingBox();
    if (!box) throw new Error("the map has no size");
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    const card = page.locator("section.card");
    await card.waitFor();
    await card.getByRole("button", { name: /^(Close|Bar transit) ?: / }).click();
    await page
      .getByRole("button", { name: /^Take back: / })
      .first()
      .waitFor();
    expect(page.url()).toContain("edits=close~");
    expect(errors).toEqual([]);
    await page.context().close();
  });

  it("is saved under a name and offered again", async () => {
    const { page } = await open(browser, "?view=routes&edits=close~places~KZAAU");
    await page.getByRole("button", { name: "Change the world" }).first().click();
    const drawer = page.getByRole("dialog", { name: "Change the world" });
    await drawer.getByLabel("Save this world").fill("Aktau shut");
    await drawer.getByRole("button", { name: "Save this world" }).click();
    await page.waitForFunction(() => location.search.includes("world=aktau-shut"));
    expect(await drawer.getByRole("checkbox", { name: /Aktau shut/ }).isChecked()).toBe(true);
    await page.context().close();
  });
});

describe("flows", () => {
  it("follow the years, show what binds, and compare two worlds", async () => {
    const { page, errors } = await open(browser, "?view=flows");
    expect(await sentence(page)).toMatch(/In 2025 the Caspian corridor carries/);
    await drawn(page);
    await page.getByRole("slider", { name: "Year" }).fill("2030");
    await page
      .getByText(/In 2030 the Caspian corridor carries/)
      .first()
      .waitFor();
    expect(page.url()).toContain("year=2030");
    await page.getByRole("button", { name: /^Table ?: .*full/ }).click();
    expect(await page.getByRole("table", { name: "What binds" }).getByRole("row").count()).toBeGreaterThan(3);
    await page.goto(`${inject("origin")}/?view=flows&edits=close~places~KZAAU`);
    await page.getByRole("heading", { name: "What moved", exact: true }).waitFor();
    expect(await sentence(page)).toMatch(/^Aktau closed: /);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});

describe("a long question", () => {
  it("shows its progress, survives a reload, and can be cancelled", async () => {
    const { page, errors } = await open(browser, "?view=plan&budget=3.7");
    await page.getByRole("button", { name: /^Work it out/ }).click();
    const bar = page.getByRole("progressbar");
    await bar.waitFor();
    await page.waitForFunction(() => /jobs=plan:[0-9a-f]+/.test(location.search));
    await page.reload();
    await bar.waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Cancelled. Nothing was kept.").waitFor();
    expect(await page.getByRole("button", { name: /^Work it out/ }).count()).toBe(1);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});

describe("every view", () => {
  const VIEWS = ["routes", "flows", "plan", "rollout", "security", "exporter", "risk", "game", "claims"];
  it.each(VIEWS)("%s is accessible, on light and on dark ground, without an error", async (view) => {
    for (const colorScheme of ["light", "dark"] as const) {
      const { page, errors } = await open(browser, `?view=${view}`, { colorScheme });
      await page.locator(".sentence, .empty").first().waitFor();
      await drawn(page);
      expect(await complaints(page), `${view}, ${colorScheme}`).toEqual([]);
      expect(errors).toEqual([]);
      await page.context().close();
    }
  });

  it.each(VIEWS)("%s fits a phone", async (view) => {
    const { page } = await open(browser, `?view=${view}`, { viewport: { width: 390, height: 844 } });
    await page.locator(".sentence, .empty").first().waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(390);
    await page.context().close();
  });
});
