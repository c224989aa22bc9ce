/** What there is to ask about: loaded once, with names for ids. */
import { call, trouble } from "../api/client";
import type { Health, Meta, Network, Scenarios, Trouble } from "../api/types";

class Data {
  meta = $state.raw<Meta | null>(null);
  network = $state.raw<Network | null>(null);
  health = $state.raw<Health | null>(null);
  scenarios = $state.raw<Scenarios["scenarios"]>([]);
  failed = $state.raw<Trouble | null>(null);

  private places = $derived(new Map(this.network?.places.map((p) => [p.id, p]) ?? []));
  private links = $derived(new Map(this.network?.links.map((l) => [l.id, l]) ?? []));
  private countries = $derived(new Map(this.meta?.countries.map((c) => [c.id, c.name]) ?? []));
  private projects = $derived(new Map(this.meta?.projects.map((p) => [p.id, p]) ?? []));
  /** Links with a border crossing. */
  crossings = $derived(new Set(this.network?.borders.map((b) => b.link_id) ?? []));

  place = (id: string) => this.places.get(id);
  link = (id: string) => this.links.get(id);
  project = (id: string) => this.projects.get(id);
  country = (id: string): string => this.countries.get(id) ?? id;

  /** A name for whatever has an id. */
  name(id: string): string {
    const found = this.places.get(id) ?? this.links.get(id) ?? this.projects.get(id);
    if (found) return found.name;
    const water = this.meta?.waters.find((w) => w.id === id);
    return water?.name ?? this.countries.get(id) ?? this.scenarios.find((s) => s.name === id)?.title ?? id;
  }

  async load(): Promise<void> {
    this.failed = null;
    try {
      const [meta, network] = await Promise.all([call<Meta>("GET", "/meta"), call<Network>("GET", "/network")]);
      this.meta = meta;
      this.network = network;
      this.scenarios = meta.scenarios;
    } catch (error) {
      this.failed = trouble(error);
    }
  }

  /** Fetch the list of scenarios anew, after one was saved or deleted. */
  async refresh(): Promise<void> {
    this.scenarios = (await call<Scenarios>("GET", "/scenarios")).scenarios;
  }

  async beat(): Promise<void> {
    this.health = await call<Health>("GET", "/health").catch(() => null);
  }
}

export const data = new Data();
