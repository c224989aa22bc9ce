/** A question that is asked again whenever its parameters change; the old answer stays until the new one is there. */
import { trouble } from "./client";
import type { Trouble } from "./types";

export class Question<T> {
  answer: T | null = $state.raw(null);
  asking = $state(false);
  failed: Trouble | null = $state.raw(null);
  private control: AbortController | null = null;
  private asked = "";

  /** Ask; a question that is the same as the last is not asked again unless `again`. */
  async ask(key: string, fetcher: (signal: AbortSignal) => Promise<T>, again = false): Promise<void> {
    if (key === this.asked && !again) return;
    this.asked = key;
    this.control?.abort();
    const control = new AbortController();
    this.control = control;
    this.asking = true;
    try {
      const answer = await fetcher(control.signal);
      if (control.signal.aborted) return;
      this.answer = answer;
      this.failed = null;
    } catch (error) {
      if (control.signal.aborted) return;
      this.failed = trouble(error);
      this.asked = "";
    }
    this.asking = false;
  }
}
