// Says what the colours of the countries mean.
import { make, setText } from "../elements";
import { locale, t } from "../words";
import type { Rates } from "./rates";

const digits = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });

/** `0.3`, `12.5`, `1,240` */
export const shortNumber = (value: number): string => digits.format(value);

/** Adds the legend to `stage`; returns what writes it. For the eye only: the feed tells the countries of its alerts. */
export function createRateLegend(stage: HTMLElement): (rates: Rates) => void {
  const title = make("span");
  const limits = [make("b"), make("b"), make("b")] as const;
  const swatch = (level: number): HTMLElement => {
    const element = make("i");
    element.dataset.level = String(level);
    return element;
  };
  const legend = make("div", "rates", title, swatch(1), limits[0], swatch(2), limits[1], swatch(3), limits[2], swatch(4));
  legend.setAttribute("aria-hidden", "true");
  stage.append(legend);
  return (rates) => {
    legend.hidden = rates.countries.size === 0;
    setText(title, t.map.perCountry(rates.unit));
    limits.forEach((element, index) => setText(element, shortNumber(rates.limits[index] ?? 0)));
  };
}
