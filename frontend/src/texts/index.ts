/** The language of the page. Russian, Japanese and Kazakh are added here: a file of the shape `Texts` for each. */
import { en, type Texts } from "./en";

const LANGUAGES: Readonly<Record<string, Texts>> = { en };

function preferred(): Texts {
  const wanted = typeof navigator === "undefined" ? [] : navigator.languages;
  for (const tag of wanted) {
    const found = LANGUAGES[tag.slice(0, 2)];
    if (found) return found;
  }
  return en;
}

export const texts: Texts = preferred();
