// Colours of the canvas, read from the style sheet, so that light and dark are decided in one place.
import { Color, color } from "@amcharts/amcharts5";

export interface Palette {
  readonly land: Color;
  /** Land with the highest rate of alerts. */
  readonly rate: Color;
  readonly border: Color;
  /** From where a customer paid last before to an alert. */
  readonly line: Color;
  readonly grid: Color;
  readonly text: Color;
  readonly muted: Color;
  readonly accent: Color;
  readonly panel: Color;
  readonly hover: Color;
  readonly edge: Color;
  /** Text on a score's colour. */
  readonly onScore: Color;
  readonly scoreLow: Color;
  readonly scoreHigh: Color;
}

/** The colours in force now. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): Color => color(style.getPropertyValue(`--${name}`).trim());
  return {
    land: read("land"),
    rate: read("rate"),
    border: read("border"),
    line: read("line"),
    grid: read("grid"),
    text: read("text"),
    muted: read("muted"),
    accent: read("accent"),
    panel: read("panel"),
    hover: read("hover"),
    edge: read("edge"),
    onScore: read("on-score"),
    scoreLow: read("score-low"),
    scoreHigh: read("score-high"),
  };
}

/** Calls back when light and dark are exchanged: by the reader's choice, or by the system while there is none. */
export function onPaletteChange(callback: () => void): void {
  new MutationObserver(callback).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", callback);
}

/** The colour of a score; the style sheet mixes the feed's colours from the same two. */
export function scoreColor(palette: Palette, share: number): Color {
  return Color.interpolate(share, palette.scoreLow, palette.scoreHigh);
}
