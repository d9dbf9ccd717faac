// The words of the map, in English.

export const map = {
  home: "Show the whole world",
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  /** amCharts writes the zoom for %1. */
  zoomed: "Zoom level changed to %1",
  facts: (amount: string, score: string, decision: string) => `amount ${amount} · score ${score} · ${decision}`,
  stop: (amount: string, terminal: string) => `amount ${amount} · terminal ${terminal}`,
  noAlerts: "no alerts",
  counts: (alerts: string, isOne: boolean, blocked: string) => `${alerts} ${isOne ? "alert" : "alerts"} · ${blocked} blocked`,
  rate: (rate: string, unit: "hour" | "minute") => `${rate} per ${unit}`,
  perCountry: (unit: "hour" | "minute") => `alerts per ${unit} and country`,
};
