/** Names for the types that the server's own description gives (`npm run types`). */
import type { components } from "./schema";

type S = components["schemas"];

export type Meta = S["Meta"];
export type Network = S["Network"];
export type Place = S["Place"];
export type Link = S["Link"];
export type Health = S["Health"];
export type Leg = S["Leg"];
export type Route = S["Route"];
export type RouteAnswer = S["RouteAnswer"];
export type FlowAnswer = S["FlowAnswer"];
export type Capacity = S["Capacity"];
export type WhyAnswer = S["WhyAnswer"];
export type Fact = S["Fact"];
/** What is wrong and how to repair it. */
export type Trouble = S["Complaint"];
export type Job = S["Job"];
export type JobResult = S["JobResult"];
export type Scenarios = S["Scenarios"];
export type ScenarioAnswer = S["ScenarioAnswer"];
export type Project = S["Project"];
export type Row = Record<string, unknown>;
