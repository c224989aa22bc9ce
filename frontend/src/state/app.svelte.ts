/** The one state of the page, kept in the address bar; views read it and write to it, nothing else is shared. */
import { format, parse, type State, type View } from "./address";
import { isEmpty, withChange, without, type Change, type World } from "./world";

export const app: State = $state(parse(location.search));

/** What the page says aloud to screen readers and shows for a while. */
export const notice = $state({ text: "" });

let timer: ReturnType<typeof setTimeout> | undefined;

/** Write the state into the address bar; `entry` makes a step that the back button undoes. */
export function keep(entry = false): void {
  clearTimeout(timer);
  const query = format(app);
  if (query === location.search) return;
  if (entry) history.pushState(null, "", query);
  else
    timer = setTimeout(() => {
      history.replaceState(null, "", query);
    }, 150);
}

export function follow(): void {
  addEventListener("popstate", () => {
    clearTimeout(timer);
    Object.assign(app, parse(location.search));
  });
}

/** Change a part of the state, as a step that the back button undoes. */
export function put(part: Partial<State>): void {
  Object.assign(app, part);
  keep(true);
}

export const go = (view: View): void => {
  put({ view });
};

export const edit = (world: World): void => {
  put({ world });
};

export const apply = (change: Change): void => {
  edit(withChange(app.world, change));
};

export const undo = (change: Change): void => {
  edit(without(app.world, change));
};

export function toggle(scenario: string): void {
  const has = app.world.scenarios.includes(scenario);
  const scenarios = has ? app.world.scenarios.filter((s) => s !== scenario) : [...app.world.scenarios, scenario];
  edit({ ...app.world, scenarios });
}

export const edited = (): boolean => !isEmpty(app.world);

export function say(text: string): void {
  notice.text = text;
  setTimeout(() => {
    if (notice.text === text) notice.text = "";
  }, 6000);
}

/** Light or dark, as the reader chose or else as the system is set. */
export const ground = $state({ dark: preferred() });

function preferred(): boolean {
  const chosen = stored();
  return chosen === null ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
}

function stored(): string | null {
  try {
    return localStorage.getItem("caspia-ground");
  } catch {
    return null;
  }
}

export function turn(): void {
  ground.dark = !ground.dark;
  try {
    localStorage.setItem("caspia-ground", ground.dark ? "dark" : "light");
  } catch {
    // The choice holds until the page is closed.
  }
}
