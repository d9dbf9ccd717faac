// Colours of the canvas, read from the style sheet, so that light and dark are decided in one place.
import { Color, color } from "@amcharts/amcharts5";

export interface Palette {
  readonly land: Color;
  readonly border: Color;
  readonly grid: Color;
  readonly text: Color;
  readonly muted: Color;
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
    border: read("border"),
    grid: read("grid"),
    text: read("text"),
    muted: read("muted"),
    panel: read("panel"),
    hover: read("hover"),
    edge: read("edge"),
    onScore: read("on-score"),
    scoreLow: read("score-low"),
    scoreHigh: read("score-high"),
  };
}

/** Calls back when the reader switches between light and dark. */
export function onPaletteChange(callback: () => void): void {
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", callback);
}

/** The colour of a score; the style sheet mixes the feed's colours from the same two. */
export function scoreColor(palette: Palette, share: number): Color {
  return Color.interpolate(share, palette.scoreLow, palette.scoreHigh);
}
