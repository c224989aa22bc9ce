/** The base map: Natural Earth at 1:50 million from the package world-atlas, made into shapes and names once. */
import type { Feature, FeatureCollection, Geometry, MultiPolygon, Point, Polygon, Position } from "geojson";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, MultiPolygon as MultiPolygonOf, Topology } from "topojson-specification";
import shapes from "world-atlas/countries-50m.json?url";
import { texts } from "../texts";
import { letters } from "./countries";
import { unwrap } from "./picture";

export interface Base {
  land: FeatureCollection;
  borders: Feature;
  coast: Feature;
  names: FeatureCollection<Point>;
}

type World = Topology<{ countries: GeometryCollection<{ name: string }>; land: GeometryCollection }>;

/** Where the seas are named, in the order of their names in the texts. */
const SEAS: readonly [number, number][] = [
  [50.6, 41.6],
  [34.2, 43.3],
  [18, 34.6],
  [63.5, 15.5],
  [88.5, 14.5],
  [114, 14.5],
  [19.3, 57.2],
  [3.2, 56.4],
  [134.6, 39.6],
  [51.4, 27.2],
  [38.2, 20.5],
  [76, -4],
  [152, 30],
  [-25, 35],
];

let loaded: Promise<Base> | undefined;

export const base = (): Promise<Base> => (loaded ??= load());

async function load(): Promise<Base> {
  const world = (await (await fetch(shapes)).json()) as World;
  giveBack(world);
  const land = feature(world, world.objects.countries);
  const mine = land.features.map((f) => ({
    ...f,
    geometry: planar(f.geometry),
    properties: { name: f.properties.name, code: letters(String(f.id ?? "")) },
  }));
  return {
    land: { type: "FeatureCollection", features: mine },
    borders: line(mesh(world, world.objects.countries, (a, b) => a !== b)),
    coast: line(mesh(world, world.objects.land)),
    names: { type: "FeatureCollection", features: [...mine.flatMap(named), ...SEAS.map(sea)] },
  };
}

const [RUSSIA, UKRAINE] = ["643", "804"];

/** The package gives Crimea to who holds it; here, as in the report, it lies in the state whose it is by the United Nations. */
function giveBack(world: World): void {
  const found = (id: string): MultiPolygonOf<{ name: string }> | undefined =>
    world.objects.countries.geometries.find(
      (g): g is MultiPolygonOf<{ name: string }> => g.id === id && g.type === "MultiPolygon",
    );
  const [from, to] = [found(RUSSIA), found(UKRAINE)];
  if (!from || !to) return;
  const inCrimea = (arcs: number[][]): boolean => {
    const shape = feature(world, { type: "Polygon", arcs }).geometry as Polygon;
    return (shape.coordinates[0] ?? []).every(([x = 0, y = 0]) => x > 32 && x < 36.8 && y > 44 && y < 46.5);
  };
  to.arcs = [...to.arcs, ...from.arcs.filter(inCrimea)];
  from.arcs = from.arcs.filter((arcs) => !inCrimea(arcs));
}

const line = (geometry: Geometry): Feature => ({ type: "Feature", properties: {}, geometry: planar(geometry) });

/**
 * The package stitches shapes over the 180th meridian, as a sphere wants them; a map that thinks in degrees wants
 * longitudes without jumps, and a ring around the pole closed along it.
 */
export function planar<G extends Geometry>(geometry: G): G {
  if (geometry.type === "Polygon") return { ...geometry, coordinates: geometry.coordinates.map(ring) };
  if (geometry.type === "MultiPolygon")
    return { ...geometry, coordinates: geometry.coordinates.map((part) => part.map(ring)) };
  if (geometry.type === "MultiLineString") return { ...geometry, coordinates: geometry.coordinates.map(unwrap) };
  return geometry;
}

function ring(points: Position[]): Position[] {
  const way: Position[] = unwrap(points);
  const [first, last] = [way[0], way.at(-1)];
  if (!first || !last || Math.abs((last[0] ?? 0) - (first[0] ?? 0)) < 180) return way;
  const pole = (first[1] ?? 0) < 0 ? -90 : 90;
  return [...way, [last[0] ?? 0, pole], [first[0] ?? 0, pole], first];
}

const sea = ([lon, lat]: readonly [number, number], i: number): Feature<Point> => ({
  type: "Feature",
  properties: { name: texts.map.seas.split(",")[i], water: true, size: 40 },
  geometry: { type: "Point", coordinates: [lon, lat] },
});

function named(f: Feature<Geometry, { name: string; code: string }>): Feature<Point>[] {
  const rings = outer(f.geometry as Polygon | MultiPolygon);
  const best = rings.map(middle).sort((a, b) => b.area - a.area)[0];
  if (!best || best.area < 0.4) return [];
  const properties = { name: f.properties.name.toUpperCase(), water: false, size: best.area };
  return [{ type: "Feature", properties, geometry: { type: "Point", coordinates: best.at } }];
}

const outer = (g: Polygon | MultiPolygon): Position[][] =>
  (g.type === "Polygon" ? [g.coordinates] : g.coordinates).map((p) => p[0] ?? []);

/** Centre of gravity and area of a ring, in degrees as seen from the equator. */
function middle(ring: Position[]): { at: Position; area: number } {
  let [twice, x, y] = [0, 0, 0];
  for (let i = 0; i + 1 < ring.length; i += 1) {
    const [x0 = 0, y0 = 0] = ring[i] ?? [];
    const [x1 = 0, y1 = 0] = ring[i + 1] ?? [];
    const cross = x0 * y1 - x1 * y0;
    twice += cross;
    x += (x0 + x1) * cross;
    y += (y0 + y1) * cross;
  }
  if (twice === 0) return { at: [0, 0], area: 0 };
  const at = [x / (3 * twice), y / (3 * twice)];
  return { at, area: (Math.abs(twice) / 2) * Math.cos(((at[1] ?? 0) * Math.PI) / 180) };
}
