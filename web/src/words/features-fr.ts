// Les variables d’un journal de paiements mises en mots, en français.
import type { Words } from "./en";

/** En français, le pluriel commence à deux. */
const s = (count: number, thing: string): string => (count < 2 ? thing : `${thing}s`);

export const features: Words["features"] = {
  days: (count) => `${count}\u00a0${s(count, "jour")}`,
  hours: (count) => `${count}\u00a0${s(count, "heure")}`,
  seconds: (value) => `${value}\u00a0secondes`,
  minutes: (value) => `${value}\u00a0minutes`,
  manyHours: (value) => `${value}\u00a0heures`,
  manyDays: (value) => `${value}\u00a0jours`,
  missing: (name) => `${name} manque`,
  equals: (name, value) => `${name} = ${value}`,
  amount: (value) => `montant ${value}`,
  weekend: "un week-end",
  weekday: "en semaine",
  night: "de nuit",
  day: "de jour",
  hour: (time) => `à ${time}`,
  customerPayments: (count, value, window) => `${value} ${s(count, "paiement")} du client en ${window}`,
  customerMean: (value, days) => `montant moyen du client sur ${days}\u00a0${s(days, "jour")}\u00a0: ${value}`,
  customerMeanBefore: (value) => `montant moyen du client il y a 8 à 30\u00a0jours\u00a0: ${value}`,
  customerMeanRatio: (value) => `montant moyen du client sur 7\u00a0jours\u00a0: ${value} fois celui d’il y a 8 à 30\u00a0jours`,
  amountTimes: (value, days) => `montant ${value} fois la moyenne du client sur ${days}\u00a0${s(days, "jour")}`,
  amountAbove: (value) => `montant ${value} écarts types au-dessus de la moyenne du client sur 30\u00a0jours`,
  amountBelow: (value) => `montant ${value} écarts types au-dessous de la moyenne du client sur 30\u00a0jours`,
  sinceLast: (span) => `${span} après le dernier paiement du client`,
  kmSinceLast: (value) => `à ${value}\u00a0km du dernier paiement du client`,
  kmhSinceLast: (value) => `${value}\u00a0km/h depuis le dernier paiement du client`,
  sameTerminal: (count, value) => `${value} ${s(count, "paiement")} du client à ce terminal en 30\u00a0jours`,
  newTerminal: "le client est nouveau à ce terminal",
  knownTerminal: "le client a déjà payé à ce terminal",
  terminalPayments: (count, value, window) => `${value} ${s(count, "transaction")} au terminal en ${window} avant le délai d’étiquetage`,
  terminalRisk: (value, window) => `${value} de fraudes parmi les transactions du terminal en ${window} avant le délai d’étiquetage`,
  terminalFrauds: (count, value, window) => `${value} ${s(count, "fraude")} ${s(count, "connue")} au terminal en ${window} avant le délai d’étiquetage`,
  terminalVelocity: (count, value, window) => `${value} ${s(count, "transaction")} au terminal en ${window}`,
};
