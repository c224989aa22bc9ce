/** A long question: asked as a job, followed by the events of the server, kept by its id in the address bar. */
import { onDestroy } from "svelte";
import { aborted, call, Failure, plain, reach, trouble } from "./client";
import type { Job, JobResult, Trouble } from "./types";
import { app, keep } from "../state/app.svelte";
import { key } from "../lib/key";

export class JobQuestion {
  job = $state.raw<Job | null>(null);
  result = $state.raw<JobResult | null>(null);
  failed = $state.raw<Trouble | null>(null);
  starting = $state(false);
  private control: AbortController | null = null;

  /** Made by a view as it opens; a view that is left follows no more, and the work goes on without it. */
  constructor(readonly kind: string) {
    onDestroy(() => this.control?.abort());
  }

  get busy(): boolean {
    return this.starting || this.job?.state === "queued" || this.job?.state === "running";
  }

  /** Whether an answer is there that answers something else than `ask`. */
  differs(ask: unknown): boolean {
    const given = this.result?.ask;
    return given !== undefined && key(subset(given, ask)) !== key(ask);
  }

  async start(ask: unknown): Promise<void> {
    this.failed = null;
    this.starting = true;
    try {
      const job = await call<Job>("POST", "/jobs", { kind: this.kind, ask });
      this.remember(job.id);
      await this.follow(job);
    } catch (error) {
      if (!aborted(error)) this.failed = trouble(error);
    } finally {
      this.starting = false;
    }
  }

  /** Take up the job that the address bar names, if there is one that is not followed yet. */
  async resume(): Promise<void> {
    const id = app.jobs[this.kind];
    if (!id || id === this.job?.id) return;
    try {
      await this.follow(await call<Job>("GET", `/jobs/${id}`));
    } catch (error) {
      if (error instanceof Failure && error.status === 404) this.remember("");
      else if (!aborted(error)) this.failed = trouble(error);
    }
  }

  async cancel(): Promise<void> {
    if (!this.job) return;
    try {
      await call("DELETE", `/jobs/${this.job.id}`);
    } catch (error) {
      this.failed = trouble(error);
    }
  }

  private remember(id: string): void {
    const jobs = { ...app.jobs };
    if (id) jobs[this.kind] = id;
    else Reflect.deleteProperty(jobs, this.kind);
    app.jobs = jobs;
    keep();
  }

  private async follow(job: Job): Promise<void> {
    this.control?.abort();
    const control = new AbortController();
    this.control = control;
    this.job = job;
    this.starting = false;
    while (this.busy && !control.signal.aborted) {
      await this.listen(job.id, control.signal).catch(async (error: unknown) => {
        if (aborted(error)) throw error;
        await new Promise((done) => setTimeout(done, 1000));
      });
      this.job = await call<Job>("GET", `/jobs/${job.id}`, undefined, control.signal);
    }
    if (this.job.state === "done")
      this.result = await call<JobResult>("GET", `/jobs/${job.id}/result`, undefined, control.signal);
    if (this.job.state === "failed") this.failed = this.job.error ?? plain(this.job.stage, "");
  }

  /** Read server-sent events until the job ends; by `fetch`, which says why it fails, as an `EventSource` does not. */
  private async listen(id: string, signal: AbortSignal): Promise<void> {
    const response = await reach(`/jobs/${id}/events`, { headers: { accept: "text/event-stream" }, signal });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (!reader) throw new Error("events without a body");
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop() ?? "";
      for (const block of blocks) this.hear(block);
    }
  }

  private hear(block: string): void {
    const lines = block.split(/\r?\n/).filter((l) => l.startsWith("data:"));
    if (lines.length) this.job = JSON.parse(lines.map((l) => l.slice(5)).join("\n")) as Job;
  }
}

/** Of what the server was asked, the keys that the page asks. */
function subset(given: Record<string, unknown>, ask: unknown): unknown {
  return Object.fromEntries(Object.keys(ask as object).map((k) => [k, given[k]]));
}
