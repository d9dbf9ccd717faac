// Les mots de l’histogramme des scores, en français.
import type { Words } from "./en";

export const histogram: Words["histogram"] = {
  title: "Scores du jour",
  open: "Scores du jour\u00a0: essayer d’autres seuils",
  close: "Masquer les scores",
  loading: "Chargement…",
  none: "Rien n’a encore été décidé aujourd’hui.",
  since: (count, time) => `${count} décisions depuis le ${time}`,
  chart: (count, review, block) =>
    `Histogramme des scores de ${count} décisions, effectifs sur un axe logarithmique. En vigueur\u00a0: alertes à partir de ${review}, blocage à partir de ${block}.`,
  review: "Alerte dès",
  block: "Blocage dès",
  never: "jamais",
  nothingBlocked: "rien n’est bloqué",
  reviewSlider: "Seuil d’alerte, à l’essai",
  blockSlider: "Seuil de blocage, à l’essai",
  alerts: "Alertes",
  blocked: "Bloquées",
  inForce: "En vigueur",
  tried: "À l’essai",
  difference: "Écart",
  caption: "Ce que les seuils en vigueur et ceux à l’essai font des décisions du jour",
  value: (threshold, count, share, difference) =>
    `${threshold}\u00a0: ${count}, ${share} du total, ${difference} par rapport aux seuils en vigueur`,
  hint: "Faites glisser une ligne pour voir ce qu’un autre seuil aurait donné aujourd’hui.",
  trial: "Ce n’est qu’un essai\u00a0: le serveur garde ses seuils. Pour appliquer ceux-ci, démarrez-le avec",
  copy: "Copier",
  copied: "Copié",
  copyFailed: "Sélectionnez le texte pour le copier",
  reset: "Réinitialiser",
  old: (problem) => `Données non actualisées. ${problem}`,
};
