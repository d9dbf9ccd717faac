// Les mots du cadre, en français : en-tête, connexion, barre du temps, identification, lecteur d’écran.
import type { Words } from "./en";

const plural = (count: number, one: string, many: string): string => (count < 2 ? one : many);

export const frame: Words["frame"] = {
  title: "fraudctl · carte en direct",
  modelsTitle: "fraudctl · modèles",
  pages: { label: "Pages", map: "Carte en direct", models: "Modèles" },
  model: "Modèle",
  version: (version) => `version ${version}`,
  stage: "Carte du monde des alertes",
  legend: { score: "score", amount: "montant" },
  licences: "Licences",
  status: {
    connecting: "Connexion…",
    live: "En direct",
    disconnected: "Déconnecté, nouvelle tentative",
    outdated: "Le serveur a été mis à jour : rechargez la page",
  },
  stale: (time) => `L’affichage n’est plus à jour : le serveur a répondu pour la dernière fois à ${time}.`,
  settings: {
    theme: "Couleurs",
    language: "Langue",
    themes: { auto: "Auto", dark: "Sombre", light: "Clair" },
  },
};

export const counters: Words["counters"] = {
  label: "Compteurs",
  transactions: "Transactions",
  perSecond: "Transactions/s",
  alerts: "Alertes",
  perMinute: "Alertes/min",
  blocked: "Alertes bloquées",
  p50: "Calcul p50",
  p99: "Calcul p99",
  clients: "Clients",
  latency: "Latence",
  drift: "Dérive",
  noDrift: "aucune",
  drifting: (count, isOne) => `${count} ${isOne ? "variable" : "variables"}`,
  driftHelp: "Les paiements s’écartent de ceux qui ont servi à valider le modèle : voir la page des modèles",
};

export const time: Words["time"] = {
  label: "Temps",
  live: "Direct",
  pause: "Pause",
  resume: "Reprendre",
  play: "Lire",
  replay: "Rejouer…",
  pausedAt: (time) => `En pause depuis ${time}`,
  waiting: (count, shown) =>
    count === 0 ? "aucune nouvelle alerte" : `${shown} ${plural(count, "nouvelle alerte", "nouvelles alertes")}`,
  from: "Du",
  to: "Au",
  show: "Afficher",
  hour: "Dernière heure",
  day: "24 dernières heures",
  week: "7 derniers jours",
  scrubber: "Moment affiché",
  speed: "Vitesse",
  times: (speed) => `${speed}×`,
  previous: "Alerte précédente",
  next: "Alerte suivante",
  loading: "Chargement…",
  loaded: (count, shown) => (count === 0 ? "Aucune alerte sur cette période" : `${shown} ${plural(count, "alerte", "alertes")}`),
  tooMany: (until) =>
    `Trop d’alertes pour cette page : celles d’avant le ${until} sont chargées. Choisissez une période plus courte.`,
  failed: (why) => `Impossible de charger la période. ${why}`,
  unreachable: "Le serveur est injoignable.",
  signIn: "Identifiez-vous d’abord : le serveur montre les alertes à qui possède un jeton de portée read.",
  missing: "Ce serveur ne sait pas rejouer ; une version plus récente le fait.",
  notStored: "Ce serveur n’enregistre rien : démarrez-le avec --db pour pouvoir rejouer.",
  wrong: "La fin doit venir après le début.",
  keys: "Espace lit et arrête ; virgule et point vont à l’alerte précédente ou suivante ; Échap revient au direct.",
};

export const signin: Words["signin"] = {
  title: "Un jeton, s’il vous plaît",
  why: "Ce serveur montre ses alertes à qui possède un jeton de portée read.",
  token: "Jeton",
  watch: "Regarder",
  lacks: "Ce jeton ne permet pas de regarder : il lui manque la portée read.",
  unknown: "Le serveur ne connaît pas ce jeton.",
  unreachable: "Le serveur est injoignable.",
};

export const announcer: Words["announcer"] = {
  one: (score, place) => `1 nouvelle alerte, ${score} à ${place}`,
  many: (count, score, place) => `${count} nouvelles alertes, la plus forte ${score} à ${place}`,
};
