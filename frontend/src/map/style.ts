/** Sources and layers of the map, without data; colours come from the same tokens as everything else. */
import type { LayerSpecification, StyleSpecification } from "maplibre-gl";
import { CORRIDORS, LOOKS, type Corridor } from "../shared/theme";

export type Token = (name: string) => string;

/** Read a token of colour as it is on the present ground. */
export const token: Token = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const LINE_PX = 1.8;
/** Dashes of corridors in widths of the line, as those of the report's, so that no line is told by its colour alone. */
export const DASH = Object.fromEntries(
  CORRIDORS.map((name) => [name, LOOKS[name].dash.length ? LOOKS[name].dash.map((px) => px / LINE_PX) : null]),
) as Record<Corridor, number[] | null>;

const none = { type: "geojson" as const, data: { type: "FeatureCollection" as const, features: [] } };
const WATER = ["deep_sea", "short_sea", "ferry", "feeder", "inland_waterway"];
const onWater = ["in", ["get", "mode"], ["literal", WATER]];
const isOpen = ["==", ["get", "status"], "open"];
const zoomed = (amount: unknown): unknown => [
  "interpolate",
  ["exponential", 1.3],
  ["zoom"],
  2,
  ["*", 0.8, amount],
  4,
  ["*", 1.25, amount],
  7,
  ["*", 2.6, amount],
];
const state = (name: string, otherwise: number): unknown => ["number", ["feature-state", name], otherwise];

function network(t: Token): unknown[] {
  const width = ["interpolate", ["linear"], ["zoom"], 2, 0.5, 4, 0.9, 7, 2];
  const line = (id: string, filter: unknown, colour: string, dash?: number[]): unknown => ({
    id,
    type: "line",
    source: "network",
    filter,
    layout: { "line-join": "round", "line-cap": "butt" },
    paint: { "line-color": colour, "line-width": width, ...(dash ? { "line-dasharray": dash } : {}) },
  });
  return [
    line("lanes", ["all", onWater, isOpen], t("lane"), [3, 2]),
    line("tracks", ["all", ["!", onWater], isOpen], t("track")),
    line("planned", ["!", isOpen], t("track"), [1.4, 2.2]),
  ];
}

function strands(t: Token): unknown[] {
  const layout = { "line-join": "round", "line-cap": "butt" };
  const offset = zoomed(state("o", 0));
  const casing = {
    id: "casing",
    type: "line",
    source: "strands",
    layout,
    paint: {
      "line-color": t("halo"),
      "line-width": zoomed(["+", state("w", 0), ["case", [">", state("w", 0), 0], 1.2, 0]]),
      "line-offset": offset,
      "line-opacity": ["*", 0.9, state("a", 1)],
    },
  };
  const lines = [...CORRIDORS].reverse().map((corridor) => ({
    id: `strand-${corridor}`,
    type: "line",
    source: "strands",
    filter: ["==", ["get", "corridor"], corridor],
    layout,
    paint: {
      "line-color": t(corridor),
      "line-width": zoomed(state("w", 0)),
      "line-offset": offset,
      "line-opacity": state("a", 1),
    },
  }));
  return [casing, ...lines];
}

function picked(t: Token): unknown[] {
  const line = (id: string, colour: string, width: number): unknown => ({
    id,
    type: "line",
    source: "network",
    filter: ["==", ["get", "id"], ""],
    layout: { "line-join": "round", "line-cap": "round" },
    paint: { "line-color": colour, "line-width": width, "line-opacity": 0.85 },
  });
  return [line("hovered", t("ink"), 2.5), line("chosen", t("ink"), 4)];
}

function places(t: Token): unknown[] {
  const text = (id: string, filter: unknown, layout: object, colour: string, size: unknown): unknown => ({
    id,
    type: "symbol",
    source: id.startsWith("name") ? "names" : "places",
    filter,
    layout: {
      "text-field": ["get", "name"],
      "text-size": size,
      "text-font": ["sans-serif"],
      "text-max-width": 8,
      ...layout,
    },
    paint: { "text-color": colour, "text-halo-color": t("halo"), "text-halo-width": 1.4 },
  });
  const beside = { "text-variable-anchor": ["left", "right", "top", "bottom"], "text-radial-offset": 0.55 };
  const first = ["==", ["get", "first"], true];
  return [
    {
      id: "spots",
      type: "circle",
      source: "places",
      filter: ["any", first, [">=", ["zoom"], ["get", "from"]]],
      paint: {
        "circle-radius": [
          "interpolate",
          ["linear"],
          ["zoom"],
          2,
          ["case", first, 3, 1.6],
          7,
          ["case", first, 5, 3.6],
        ],
        "circle-color": t("surface"),
        "circle-stroke-color": t("ink"),
        "circle-stroke-width": 1.2,
      },
    },
    text(
      "names-land",
      ["!", ["get", "water"]],
      { "text-letter-spacing": 0.12, "symbol-sort-key": ["-", 0, ["get", "size"]], "text-padding": 8 },
      t("naming"),
      ["interpolate", ["linear"], ["zoom"], 2, 9.5, 6, 13],
    ),
    text("names-water", ["get", "water"], { "text-letter-spacing": 0.06, "text-max-width": 6 }, t("naming"), [
      "interpolate",
      ["linear"],
      ["zoom"],
      2,
      9.5,
      6,
      12.5,
    ]),
    text(
      "labels",
      ["all", ["!", first], [">=", ["zoom"], ["get", "from"]]],
      { ...beside, "symbol-sort-key": ["get", "from"], "text-padding": 6 },
      t("muted"),
      ["interpolate", ["linear"], ["zoom"], 3, 10, 7, 12.5],
    ),
    text("labels-first", first, { ...beside, "symbol-sort-key": ["get", "order"], "text-padding": 3 }, t("ink"), [
      "interpolate",
      ["linear"],
      ["zoom"],
      2,
      11.5,
      7,
      13.5,
    ]),
  ];
}

function marks(t: Token): unknown[] {
  const glyph = (shape: string, sign: string, colour: string, size: number): unknown => ({
    id: `mark-${shape}`,
    type: "symbol",
    source: "marks",
    filter: ["==", ["get", "shape"], shape],
    layout: {
      "text-field": sign,
      "text-size": size,
      "text-font": ["sans-serif"],
      "text-allow-overlap": true,
      "text-ignore-placement": true,
    },
    paint: { "text-color": colour, "text-halo-color": t("surface"), "text-halo-width": 1.6 },
  });
  return [
    {
      id: "mark-ring",
      type: "circle",
      source: "marks",
      filter: ["==", ["get", "shape"], "ring"],
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 2, 6, 7, 13],
        "circle-color": "rgba(0,0,0,0)",
        "circle-stroke-color": t("ink"),
        "circle-stroke-width": ["interpolate", ["linear"], ["get", "size"], 0.5, 1, 1, 2.6, 1.5, 4.2],
      },
    },
    {
      id: "mark-corridor",
      type: "symbol",
      source: "marks",
      filter: ["==", ["get", "shape"], "corridor"],
      layout: { "text-field": ["get", "label"], "text-size": 12.5, "text-font": ["sans-serif"], "text-padding": 2 },
      paint: { "text-color": t("ink"), "text-halo-color": t("surface"), "text-halo-width": 2 },
    },
    glyph("project", "◆", t("accent"), 17),
    glyph("closed", "✕", t("bad"), 20),
    glyph("changed", "▲", t("loss"), 13),
  ];
}

export function style(t: Token): StyleSpecification {
  const layers = [
    { id: "sea", type: "background", paint: { "background-color": t("water") } },
    { id: "land", type: "fill", source: "land", paint: { "fill-color": t("land") } },
    {
      id: "shade",
      type: "fill",
      source: "land",
      paint: { "fill-color": t("exposed"), "fill-opacity": 0 },
    },
    {
      id: "frontiers",
      type: "line",
      source: "frontiers",
      paint: { "line-color": t("coast"), "line-width": ["interpolate", ["linear"], ["zoom"], 2, 0.8, 5, 1.8] },
    },
    { id: "coast", type: "line", source: "coast", paint: { "line-color": t("coast"), "line-width": 0.6 } },
    ...network(t),
    ...strands(t),
    ...picked(t),
    ...places(t),
    ...marks(t),
  ];
  const sources = Object.fromEntries(
    ["land", "frontiers", "coast", "names", "places", "marks"].map((name) => [name, none]),
  );
  return {
    version: 8,
    projection: { type: "globe" },
    sources: { ...sources, network: { ...none, promoteId: "id" }, strands: none },
    layers: layers as LayerSpecification[],
  };
}
