// The words of the page, in English. Other languages have the same shape.
import { feed } from "./feed-en";
import { announcer, counters, frame, signin, time } from "./frame-en";
import { histogram } from "./histogram-en";
import { features } from "./features-en";
import { map } from "./map-en";
import { models } from "./models-en";
import { panel } from "./panel-en";

export const en = {
  features,
  announcer,
  counters,
  feed,
  frame,
  histogram,
  map,
  models,
  panel,
  signin,
  time,
};

/** Strings and functions, whatever they say. */
type Shape<Part> = Part extends string
  ? string
  : Part extends (...values: infer Values) => infer Said
    ? (...values: Values) => Shape<Said>
    : { readonly [Key in keyof Part]: Shape<Part[Key]> };

export type Words = Shape<typeof en>;
