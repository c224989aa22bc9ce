/** The moving part of the map: what a view wants to see becomes sources, states and filters, and widths glide. */
import type { FeatureCollection, Point } from "geojson";
import type { ExpressionSpecification, GeoJSONSource, Map as GlMap } from "maplibre-gl";
import type { Link, Network, Place } from "../api/types";
import { CORRIDORS, sideBySide, unwrap, type Picture, type Placed } from "./picture";
import { DASH, type Token } from "./style";

interface Shown {
  w: number;
  o: number;
  a: number;
}

const GLIDE_MS = 450;
const REPAINT: readonly [string, string, string][] = [
  ["sea", "background-color", "water"],
  ["land", "fill-color", "land"],
  ["shade", "fill-color", "exposed"],
  ["frontiers", "line-color", "coast"],
  ["coast", "line-color", "coast"],
  ["lanes", "line-color", "lane"],
  ["tracks", "line-color", "track"],
  ["planned", "line-color", "track"],
  ["casing", "line-color", "halo"],
  ["hovered", "line-color", "ink"],
  ["chosen", "line-color", "ink"],
  ["spots", "circle-color", "surface"],
  ["spots", "circle-stroke-color", "ink"],
  ["names-land", "text-color", "naming"],
  ["names-water", "text-color", "naming"],
  ["labels", "text-color", "muted"],
  ["labels-first", "text-color", "ink"],
  ["mark-ring", "circle-stroke-color", "ink"],
  ["mark-corridor", "text-color", "ink"],
  ["mark-project", "text-color", "accent"],
  ["mark-closed", "text-color", "bad"],
  ["mark-changed", "text-color", "loss"],
];
const HALOED = [
  "names-land",
  "names-water",
  "labels",
  "labels-first",
  "mark-corridor",
  "mark-project",
  "mark-closed",
  "mark-changed",
];

/** Zoom from which a place of a kind is named; what many links meet at comes earlier. */
const FROM: Record<string, number> = {
  port: 4,
  chokepoint: 4,
  city: 4.2,
  border: 5,
  terminal: 5.2,
  station: 5.6,
  mine: 5.6,
};

export class Drawing {
  private readonly keys = new Map<string, number>();
  private readonly shown = new Map<string, Shown>();
  private frame = 0;
  private readonly ways = new Map<string, [number, number][]>();
  /** Zoom from which each place is named. */
  private readonly from: ReadonlyMap<string, number>;
  private named: string | null = null;

  constructor(
    private readonly map: GlMap,
    private readonly network: Network,
  ) {
    for (const link of network.links) this.ways.set(link.id, unwrap(link.coordinates));
    this.source("network").setData(this.links(network.links));
    const degree = new Map<string, number>();
    for (const l of network.links)
      for (const end of [l.from_id, l.to_id]) degree.set(end, (degree.get(end) ?? 0) + 1);
    const from = (p: Place): number => (FROM[p.kind] ?? 6) - Math.min(((degree.get(p.id) ?? 1) - 2) * 0.12, 1.2);
    this.from = new Map(network.places.map((p) => [p.id, from(p)]));
  }

  /** The way of a link, without jumps in longitude. */
  private way(link: string): [number, number][] {
    return this.ways.get(link) ?? [];
  }

  private source(name: string): GeoJSONSource {
    return this.map.getSource(name) as GeoJSONSource;
  }

  private links(links: readonly Link[]): FeatureCollection {
    return {
      type: "FeatureCollection",
      features: links.map((l) => ({
        type: "Feature",
        properties: { id: l.id, mode: l.mode, status: l.status, name: l.name },
        geometry: { type: "LineString", coordinates: this.way(l.id) },
      })),
    };
  }

  draw(picture: Picture, still: boolean): void {
    const placed = sideBySide(picture.strands.filter((s) => this.ways.has(s.link)));
    this.grow(placed);
    this.glide(placed, still);
    for (const name of CORRIDORS)
      this.map.setPaintProperty(
        `strand-${name}`,
        "line-dasharray",
        picture.dashed ? (DASH[name] ?? undefined) : undefined,
      );
    this.places(picture);
    this.marks(picture);
    this.shade(picture.shade ?? {});
  }

  /** Give each strand that was never seen a feature; those there stay, so that they can glide. */
  private grow(placed: readonly Placed[]): void {
    const fresh = placed.filter((p) => !this.keys.has(p.key));
    if (fresh.length === 0) return;
    for (const p of fresh) this.keys.set(p.key, this.keys.size + 1);
    this.source("strands").setData({
      type: "FeatureCollection",
      features: [...this.keys].map(([key, id]) => {
        const [link = "", corridor = ""] = key.split("|");
        return {
          type: "Feature",
          id,
          properties: { corridor, link },
          geometry: { type: "LineString", coordinates: this.way(link) },
        };
      }),
    });
  }

  private glide(placed: readonly Placed[], still: boolean): void {
    const goal = new Map(placed.map((p) => [p.key, { w: p.width, o: p.offset, a: p.faint ? 0.28 : 1 }]));
    const moves = [...this.keys.keys()].flatMap((key) => {
      const from = this.shown.get(key) ?? { w: 0, o: goal.get(key)?.o ?? 0, a: goal.get(key)?.a ?? 1 };
      const to = goal.get(key) ?? { w: 0, o: from.o, a: from.a };
      const moved = Math.abs(from.w - to.w) + Math.abs(from.o - to.o) + Math.abs(from.a - to.a) > 0.01;
      return moved ? [{ key, from, to }] : [];
    });
    cancelAnimationFrame(this.frame);
    const start = performance.now();
    const step = (now: number): void => {
      const t = still ? 1 : Math.min((now - start) / GLIDE_MS, 1);
      const eased = 1 - (1 - t) ** 3;
      for (const { key, from, to } of moves) this.show(key, from, to, eased);
      if (t < 1) this.frame = requestAnimationFrame(step);
    };
    step(start);
  }

  private show(key: string, from: Shown, to: Shown, t: number): void {
    const mix = (a: number, b: number): number => a + (b - a) * t;
    const state = { w: mix(from.w, to.w), o: mix(from.o, to.o), a: mix(from.a, to.a) };
    this.shown.set(key, state);
    this.map.setFeatureState({ source: "strands", id: this.keys.get(key) ?? 0 }, state);
  }

  /** The places, those of the picture first; drawn anew only where it names others. */
  private places(picture: Picture): void {
    const named = picture.places.join(" ");
    if (named === this.named) return;
    this.named = named;
    const first = new Map(picture.places.map((id, order) => [id, order]));
    const data: FeatureCollection<Point> = {
      type: "FeatureCollection",
      features: this.network.places
        .filter((p) => p.kind !== "waypoint" || first.has(p.id))
        .map((p) => ({
          type: "Feature",
          properties: {
            id: p.id,
            name: p.name,
            from: this.from.get(p.id) ?? 6,
            first: first.has(p.id),
            order: first.get(p.id) ?? 99,
          },
          geometry: { type: "Point", coordinates: [p.lon, p.lat] },
        })),
    };
    this.source("places").setData(data);
  }

  private marks(picture: Picture): void {
    this.source("marks").setData({
      type: "FeatureCollection",
      features: picture.marks.map((m) => ({
        type: "Feature",
        properties: { id: m.id, shape: m.shape, label: m.label, size: m.size ?? 1 },
        geometry: { type: "Point", coordinates: m.at },
      })),
    });
  }

  private shade(shade: Record<string, number>): void {
    const pairs = Object.entries(shade).flatMap(([code, value]) => [code, 0.65 * Math.min(Math.max(value, 0), 1)]);
    const value = pairs.length ? ["match", ["get", "code"], ...pairs, 0] : 0;
    this.map.setPaintProperty("shade", "fill-opacity", value as ExpressionSpecification);
  }

  /** Mark a link as hovered or chosen; an empty id marks none. */
  mark(layer: "hovered" | "chosen", link: string): void {
    this.map.setFilter(layer, ["==", ["get", "id"], link]);
  }

  /** Take the colours of the present ground. */
  recolour(t: Token): void {
    for (const [layer, property, name] of REPAINT)
      this.map.setPaintProperty(layer, property as "fill-color", t(name));
    for (const layer of HALOED) {
      const marks = layer.startsWith("mark");
      this.map.setPaintProperty(layer, "text-halo-color", t(marks ? "surface" : "halo"));
    }
    for (const name of CORRIDORS) this.map.setPaintProperty(`strand-${name}`, "line-color", t(name));
  }
}
