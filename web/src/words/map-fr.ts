// Les mots de la carte, en français.
import type { Words } from "./en";

const UNITS = { hour: "heure", minute: "minute" } as const;

export const map: Words["map"] = {
  home: "Afficher le monde entier",
  zoomIn: "Agrandir",
  zoomOut: "Réduire",
  zoomed: "Niveau de zoom : %1",
  facts: (amount, score, decision) => `montant ${amount} · score ${score} · ${decision}`,
  stop: (amount, terminal) => `montant ${amount} · terminal ${terminal}`,
  noAlerts: "aucune alerte",
  counts: (alerts, isOne, blocked) => `${alerts} ${isOne ? "alerte" : "alertes"} · dont ${blocked} bloquée${isOne ? "" : "s"}`,
  rate: (rate, unit) => `${rate} par ${UNITS[unit]}`,
  perCountry: (unit) => `alertes par ${UNITS[unit]} et par pays`,
};
