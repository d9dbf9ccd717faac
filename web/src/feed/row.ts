// A row of the feed: one alert, as a button.
import { ago } from "../figures";
import * as format from "../format";
import { make, setText } from "../elements";
import { severity, type AlertRecord } from "../state";
import { t } from "../words";

export interface Row {
  readonly element: HTMLElement;
  readonly button: HTMLButtonElement;
  /** Writes what is new. */
  readonly fill: (record: AlertRecord, review: number) => void;
  /** The age at `now`, which is all that changes by itself. */
  readonly age: (now: number) => void;
}

/** An empty row for an alert. */
export function createRow(id: string): Row {
  const place = make("span", "place");
  const amount = make("span", "amount");
  const time = make("time");
  const age = make("span", "age");
  const simulated = make("span", "simulated", ` · ${t.feed.simulated}`);
  const decision = make("span");
  const score = make("span", "score");
  const button = make("button", "row", place, amount, make("span", "when", time, " · ", age, simulated), decision, score);
  button.type = "button";
  const element = make("li", "", button);
  element.dataset.alertId = id;
  let shown: { record: AlertRecord; review: number } | undefined;

  return {
    element,
    button,
    fill(record, review) {
      if (shown?.record === record && shown.review === review) return;
      shown = { record, review };
      const { event } = record;
      setText(place, format.place(event));
      setText(amount, format.amount(event.amount));
      time.dateTime = event.time;
      setText(time, format.time(event.time));
      button.title = `${event.id}: ${t.feed.times(format.time(event.time), format.instant(record.at))}`;
      simulated.hidden = !event.simulated;
      decision.className = `decision ${event.decision}`;
      setText(decision, t.feed.decisions[event.decision]);
      setText(score, format.score(event.score));
      button.style.setProperty("--severity", `${Math.round(severity(event.score, review) * 100)}%`);
    },
    age(now) {
      if (shown !== undefined) setText(age, ago(now - shown.record.at));
    },
  };
}
