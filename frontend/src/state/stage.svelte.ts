/** What the view on show wants on the map, and what it says of a link. */
import { NOTHING, type Picture } from "../map/picture";

class Stage {
  picture = $state.raw<Picture>(NOTHING);
  /** What the present answer says of a link, for the tip on the map. */
  say = $state.raw<(link: string) => string>(() => "");
  /** Corridors that the map leaves out. */
  hidden = $state.raw<readonly string[]>(["Ocean"]);
  /** Tonnes that one pixel of width stands for; none where widths say nothing. */
  tonnesAPixel = $state(0);
  /** A job or question is on its way, so the years wait. */
  busy = $state(false);
  /** An answer is on show, or has taken long enough: what is heavy to draw may follow. */
  settled = $state(false);

  /** Let the map follow once what is on the page now has been painted. */
  settle(): void {
    if (!this.settled) requestAnimationFrame(() => setTimeout(() => (this.settled = true)));
  }

  /** Put a picture on the map; unless said otherwise, nothing is said of links, and their widths say nothing. */
  show(picture: Picture, say: (link: string) => string = () => "", tonnesAPixel = 0): void {
    this.picture = picture;
    this.say = say;
    this.tonnesAPixel = tonnesAPixel;
  }
}

export const stage = new Stage();
