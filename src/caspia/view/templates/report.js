"use strict";
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const tokens = read("tokens-data");
const themed = (id) => {
  const text = document.getElementById(id).textContent;
  return JSON.parse(text.replace(/"(#[0-9a-f]{6})"/g, (all, hex) => (hex in tokens ? `"var(--${tokens[hex]})"` : all)));
};
const charts = themed("charts-data");
const config = themed("config-data");
const world = read("world-data");
const proof = read("evidence-data");
const THIN = "\u202f";
const locale = { decimal: ".", thousands: THIN, grouping: [3], currency: ["", ""] };

/* Numbers, as caspia.view.formats writes them. */
function number(value) {
  if (value === null || !isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const figures = size >= 100 ? 3 : 2;
  let digits = figures - 1 - Math.floor(Math.log10(size));
  const factor = 10 ** digits;
  const rounded = Math.round(value * factor) / factor;
  if (figures === 2 && Math.abs(rounded) >= 10 ** (Math.floor(Math.log10(size)) + 1)) digits -= 1;
  const text = Math.abs(rounded).toFixed(Math.max(0, digits));
  const [whole, part] = text.split(".");
  return (rounded < 0 ? "−" : "") + whole.replace(/\B(?=(\d{3})+$)/g, THIN) + (part ? "." + part : "");
}
const interval = (v, lo, hi) => number(v) + (lo === null || hi === null ? "" : ` (${number(lo)}–${number(hi)})`);

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

/* Charts: drawn one after the other, always the nearest to what is in sight; again when the width changes. */
function fitted(name, width) {
  const { datasets, title, usermeta, ...spec } = charts[name];
  if (usermeta) {
    spec.width = width - 2;
    spec.height = Math.round(spec.width * usermeta.aspect);
    spec.padding = 1;
  } else {
    spec.width = width - 4;
    spec.autosize = { type: "fit-x", contains: "padding" };
  }
  return spec;
}
/* Rows are given to Vega itself, since Vega-Lite would walk through all of them. */
const filled = (name) => (vega) => {
  const own = charts[name].datasets;
  for (const data of vega.data) {
    const values = own[data.name] ?? world[data.name];
    if (values) data.values = values;
  }
  return vega;
};
async function draw(figure) {
  const canvas = figure.querySelector(".canvas");
  const width = Math.floor(figure.clientWidth);
  const name = figure.dataset.chart;
  if (!width || figure.dataset.width === String(width)) return;
  figure.dataset.width = String(width);
  const done = await window.vegaEmbed(canvas, fitted(name, width), {
    actions: false, renderer: "svg", config, formatLocale: locale, patch: filled(name), tooltip: { theme: "custom" },
  });
  canvas.classList.add("drawn");
  const svg = canvas.querySelector("svg");
  if (svg) { svg.setAttribute("role", "img"); svg.setAttribute("aria-label", charts[name].title); }
  done.view.addEventListener("click", (_, item) => {
    const datum = item && item.datum;
    const key = datum && (datum.ref || (datum.properties && datum.properties.ref));
    if (key) open(key, "");
  });
}
const figures = [...document.querySelectorAll("figure[data-chart]")];
async function drawAll() {
  const away = (f) => Math.abs(f.getBoundingClientRect().top - window.innerHeight / 3);
  const waiting = new Set(figures);
  while (waiting.size) {
    const figure = [...waiting].reduce((a, b) => (away(b) < away(a) ? b : a));
    waiting.delete(figure);
    await draw(figure).catch((error) => {
      figure.querySelector(".canvas").textContent = `This chart could not be drawn (${error.message}); its numbers are in the table.`;
    });
    await new Promise((resume) => setTimeout(resume));
  }
  document.documentElement.dataset.ready = Math.round(performance.now());
}
drawAll();
let resizing;
window.addEventListener("resize", () => { clearTimeout(resizing); resizing = setTimeout(drawAll, 200); });

/* The facts behind a number. */
const ASPECTS = { time: "tl", cost: "cl", co2e: "el", length: "l", general: "ctl", all: "ctelx" };
const WORDS = { time: "time", cost: "cost", co2e: "emissions", length: "length", general: "generalised cost", all: "route",
  border: "border crossings", gauge: "gauge changes", transfer: "transfers", assumed: "assumed share" };
const OPERATION = { border: "border", gauge: "gauge change", transfer: "transfer" };

function sourceLine(index, parts) {
  const node = make("div", "from");
  const source = proof.sources[index];
  if (source) {
    const title = source[3] ? make("a", "", source[0]) : make("span", "", source[0]);
    if (source[3]) { title.href = source[3]; title.rel = "noopener noreferrer external"; }
    node.append(title, [source[1], source[2]].filter(Boolean).map((t) => `, ${t}`).join(""));
  } else node.append("source not in the catalogue");
  node.append(parts.filter(Boolean).map((t) => `; ${t}`).join(""));
  return node;
}
function factNode(index) {
  const [key, value, unit, low, high, year, priceYear, method, recipe, source, locator, note] = proof.facts[index];
  const node = make("div", "fact");
  node.append(make("div", "what", key.replaceAll("_", " ")));
  const shown = make("div", "value");
  const kind = method === "assumed" ? "assumed" : method === "measured" || method === "reported" ? "observed" : "modelled";
  shown.append(make("span", `n ${kind}`, `${interval(value, low, high)} ${unit}`), ` ${method}`);
  node.append(shown, sourceLine(source, [locator, year && `value of ${year}`, priceYear && `USD of ${priceYear}`, recipe && `recipe ${recipe}`, note]));
  return node;
}
function factList(indices, intro) {
  const body = make("div");
  const unique = [...new Set(indices)];
  const assumed = unique.filter((i) => proof.facts[i][7] === "assumed").length;
  const owners = new Set(unique.map((i) => proof.facts[i][9])).size;
  body.append(make("p", "note", `${intro}${unique.length} facts from ${owners} sources, ${assumed} of them assumed. Value, low–high, unit, method.`));
  body.append(...unique.map(factNode));
  return body;
}
function routeFacts(index, what) {
  let legs = proof.routes[index][1].map((i) => proof.legs[i]);
  if (OPERATION[what]) legs = legs.filter((leg) => leg[0] === OPERATION[what]);
  let facts = legs.flatMap((leg) => leg[4]);
  if (what === "assumed") facts = facts.filter((i) => proof.facts[i][7] === "assumed");
  else if (ASPECTS[what]) facts = facts.filter((i) => ASPECTS[what].includes(proof.facts[i][12]));
  return facts;
}
function observation(index) {
  const [name, value, low, high, unit, year, scope, source, note] = proof.observations[index];
  const body = make("div");
  const node = make("div", "fact");
  const shown = make("div", "value");
  shown.append(make("span", "n observed", `${interval(value, low, high)} ${unit}`));
  node.append(make("div", "what", scope), shown, sourceLine(source, [year && `value of ${year}`, note]));
  body.append(node);
  return [`Observed: ${name}`, body];
}
function explain(key, shown) {
  const index = parseInt(key.slice(1), 10);
  if (key[0] === "o") return observation(index);
  if (key[0] === "p") {
    const [name, facts] = proof.projects[index];
    return [name, factList(facts, "What this work is, costs and does rests on ")];
  }
  if (key[0] === "l") {
    const [operation, , from, to, facts] = proof.legs[index];
    return [`${operation}: ${from}${to && to !== from ? ` – ${to}` : ""}`, factList(facts, "This leg rests on ")];
  }
  const what = key.split(".")[1];
  const said = shown ? `${shown} (modelled). It rests on ` : "It rests on ";
  return [`${proof.routes[index][0]}, ${WORDS[what]}`, factList(routeFacts(index, what), said)];
}
const dialog = document.getElementById("proof");
function open(key, shown) {
  const [title, body] = explain(key, shown);
  document.getElementById("proof-title").textContent = title;
  document.getElementById("proof-body").replaceChildren(body);
  dialog.showModal();
  dialog.scrollTop = 0;
}
dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

/* The legs of a route, written when they are asked for. */
const LEG = [["Leg"], ["Operation"], ["Mode"], ["From"], ["To"], ["Length", "km"], ["Time", "h"], ["Cost", "USD"], ["Emissions", "kg CO₂e"]];
function legRow(index, nth) {
  const [operation, mode, from, to, , ...figures] = proof.legs[index];
  const row = document.createElement("tr");
  const first = make("td", "num");
  const button = make("button", "n modelled", String(nth + 1));
  button.type = "button";
  button.dataset.facts = `l${index}`;
  first.append(button);
  row.append(first, ...[operation, mode, from, to === from ? "" : to].map((t) => make("td", "", t)));
  for (const value of figures) {
    const cell = make("td", "num", value ? number(value) : "");
    if (value) cell.dataset.v = value;
    row.append(cell);
  }
  return row;
}
function legTable(key) {
  const id = `legs-${key}`;
  const [title, legs] = proof.routes[parseInt(key.slice(1), 10)];
  const box = make("div", "tablebox"), head = make("div", "tablehead"), scroll = make("div", "scroll");
  const save = make("button", "quiet", "Download CSV");
  save.type = "button";
  save.dataset.csv = id;
  head.append(make("p", "", `${title}, ${legs.length} legs`), save);
  const table = make("table");
  table.id = id;
  const heads = table.createTHead().insertRow();
  LEG.forEach(([name, unit], i) => {
    const cell = make("th", i === 0 || i > 4 ? "num" : "");
    cell.scope = "col";
    const button = make("button", "sort", name);
    button.type = "button";
    if (unit) { cell.dataset.unit = unit; button.append(" ", make("small", "", unit)); }
    cell.append(button);
    heads.append(cell);
  });
  table.createTBody().append(...legs.map(legRow));
  scroll.append(table);
  scroll.tabIndex = 0;
  box.append(head, scroll);
  return box;
}
for (const details of document.querySelectorAll("details[data-legs]")) {
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(legTable(details.dataset.legs));
  });
}

/* Tables: sort and export. */
function sort(head) {
  const table = head.closest("table");
  const column = [...head.parentNode.children].indexOf(head);
  const down = head.getAttribute("aria-sort") === "ascending";
  for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const numeric = head.classList.contains("num");
  const value = (row) => {
    const cell = row.children[column];
    const text = cell.dataset.v ?? cell.textContent.trim();
    return numeric && text !== "" && !isNaN(Number(text)) ? Number(text) : text;
  };
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (typeof x !== typeof y) return typeof x === "number" ? -1 : 1;
    const order = typeof x === "number" ? x - y : x.localeCompare(y);
    return down ? -order : order;
  });
  table.tBodies[0].append(...rows);
}
function quote(text) {
  const safe = /^[=+\-@\t\r]/.test(text) && isNaN(Number(text)) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
function csv(table) {
  const heads = [...table.tHead.rows[0].cells];
  const name = (h) => (h.firstElementChild.firstChild.textContent.trim() + (h.dataset.unit ? ` [${h.dataset.unit}]` : ""));
  const first = heads.flatMap((h) => ("ranged" in h.dataset ? [name(h), `${name(h)} low`, `${name(h)} high`] : [name(h)]));
  const lines = [...table.tBodies[0].rows].map((row) => [...row.cells].flatMap((cell, i) => {
    const best = cell.querySelector(".bestmark,.mark") ? [...cell.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent).join("") : cell.textContent;
    const value = cell.dataset.v === undefined ? best.trim().replace(/^–$/, "") : cell.dataset.v;
    return "ranged" in heads[i].dataset ? [value, cell.dataset.lo || "", cell.dataset.hi || ""] : [value];
  }));
  return [first, ...lines].map((line) => line.map(quote).join(",")).join("\r\n") + "\r\n";
}
function download(id) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff", csv(document.getElementById(id))], { type: "text/csv" }));
  link.download = `${id}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
document.addEventListener("click", (event) => {
  const target = event.target;
  if (!(target instanceof Element)) return;
  const number = target.closest("button[data-facts]");
  if (number) return open(number.dataset.facts, number.textContent);
  const head = target.closest(".sort");
  if (head) return sort(head.closest("th"));
  const save = target.closest("[data-csv]");
  if (save) return download(save.dataset.csv);
});

/* The rail: closed on a phone, and it marks where the reader is. */
const rail = document.querySelector(".rail details");
const small = matchMedia("(max-width:760px)");
const toggle = () => { rail.open = !small.matches; };
toggle();
small.addEventListener("change", toggle);
rail.addEventListener("toggle", () => { if (!small.matches) rail.open = true; });
const links = new Map([...document.querySelectorAll(".rail a")].map((a) => [a.hash.slice(1), a]));
const eye = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    for (const a of links.values()) a.removeAttribute("aria-current");
    const link = links.get(entry.target.id);
    if (link) link.setAttribute("aria-current", "true");
  }
}, { rootMargin: "-10% 0px -80% 0px" });
for (const section of document.querySelectorAll("section[id]")) eye.observe(section);
