// The words of the score histogram, in English.

export const histogram = {
  title: "Scores today",
  open: "Scores today: try other thresholds",
  close: "Hide the scores",
  loading: "Loading…",
  none: "Nothing has been decided yet today.",
  since: (count: string, time: string) => `${count} decisions since ${time}`,
  chart: (count: string, review: string, block: string) =>
    `Histogram of the scores of ${count} decisions, counts on a logarithmic axis. In force: alerts from ${review}, blocked from ${block}.`,
  review: "Alert from",
  block: "Block from",
  never: "never",
  nothingBlocked: "nothing is blocked",
  reviewSlider: "Threshold of alerts, to try",
  blockSlider: "Threshold of blocking, to try",
  alerts: "Alerts",
  blocked: "Blocked",
  inForce: "In force",
  tried: "As tried",
  difference: "Difference",
  caption: "What the thresholds in force and those tried make of today’s decisions",
  value: (threshold: string, count: string, share: string, difference: string) =>
    `${threshold}: ${count}, ${share} of all, ${difference} against what is in force`,
  hint: "Drag a line to see what another threshold would have done today.",
  trial: "Only a trial: the server keeps its thresholds. To put these in force, start it with",
  copy: "Copy",
  copied: "Copied",
  copyFailed: "Select the text to copy it",
  reset: "Reset",
  old: (problem: string) => `Not up to date. ${problem}`,
};
