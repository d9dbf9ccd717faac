// Les mots de la page, en français.
import type { Words } from "./en";
import { feed } from "./feed-fr";
import { announcer, counters, frame, signin, time } from "./frame-fr";
import { histogram } from "./histogram-fr";
import { features } from "./features-fr";
import { map } from "./map-fr";
import { models } from "./models-fr";
import { panel } from "./panel-fr";

export const fr: Words = {
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
