// Alerts that look like those of a bank with customers all over the world; the same ones in each run.
const CITIES = [
  ["Paris", "FR", 48.86, 2.35, 9], ["Lyon", "FR", 45.76, 4.84, 4], ["Marseille", "FR", 43.3, 5.37, 4],
  ["London", "GB", 51.51, -0.13, 9], ["Manchester", "GB", 53.48, -2.24, 3], ["Madrid", "ES", 40.42, -3.7, 5],
  ["Lisbon", "PT", 38.72, -9.14, 2], ["Berlin", "DE", 52.52, 13.4, 5], ["Munich", "DE", 48.14, 11.58, 3],
  ["Milan", "IT", 45.46, 9.19, 4], ["Rome", "IT", 41.9, 12.5, 4], ["Warsaw", "PL", 52.23, 21.01, 3],
  ["Stockholm", "SE", 59.33, 18.07, 2], ["Athens", "GR", 37.98, 23.73, 2], ["Istanbul", "TR", 41.01, 28.98, 5],
  ["Cairo", "EG", 30.04, 31.24, 4], ["Lagos", "NG", 6.52, 3.38, 6], ["Nairobi", "KE", -1.29, 36.82, 2],
  ["Johannesburg", "ZA", -26.2, 28.05, 3], ["Dubai", "AE", 25.2, 55.27, 3], ["Mumbai", "IN", 19.08, 72.88, 7],
  ["Delhi", "IN", 28.61, 77.21, 6], ["Bangkok", "TH", 13.76, 100.5, 4], ["Singapore", "SG", 1.35, 103.82, 4],
  ["Jakarta", "ID", -6.21, 106.85, 4], ["Hong Kong", "HK", 22.32, 114.17, 4], ["Shanghai", "CN", 31.23, 121.47, 5],
  ["Seoul", "KR", 37.57, 126.98, 4], ["Tokyo", "JP", 35.68, 139.65, 6], ["Sydney", "AU", -33.87, 151.21, 3],
  ["Auckland", "NZ", -36.85, 174.76, 1], ["New York", "US", 40.71, -74.01, 9], ["Chicago", "US", 41.88, -87.63, 5],
  ["Miami", "US", 25.76, -80.19, 5], ["Houston", "US", 29.76, -95.37, 4], ["Los Angeles", "US", 34.05, -118.24, 7],
  ["Seattle", "US", 47.61, -122.33, 3], ["Toronto", "CA", 43.65, -79.38, 3], ["Vancouver", "CA", 49.28, -123.12, 2],
  ["Mexico City", "MX", 19.43, -99.13, 6], ["Bogotá", "CO", 4.71, -74.07, 3], ["Lima", "PE", -12.05, -77.04, 3],
  ["São Paulo", "BR", -23.55, -46.63, 8], ["Rio de Janeiro", "BR", -22.91, -43.17, 4], ["Buenos Aires", "AR", -34.6, -58.38, 4],
];

/** Each city as often as it weighs. */
const DRAWN = CITIES.flatMap((city) => Array.from({ length: city[4] }, () => city));

export const THRESHOLDS = { review: 0.5, block: 0.8 };

/** Returns a function that makes the next alert, decided at `at` (milliseconds since 1970). */
export function alertSource(seed = 1) {
  const random = numbers(seed);
  const draw = () => DRAWN[Math.floor(random() * DRAWN.length)];
  const near = (degrees) => degrees + (random() + random() - 1) * 1.2;
  let made = 0;
  return (at) => {
    const [title, country, latitude, longitude] = draw();
    const score = THRESHOLDS.review + (1 - THRESHOLDS.review) * random() ** 1.7;
    const home = random() < 0.6 ? [title, country, latitude, longitude] : draw();
    const isKnown = random() < 0.8;
    return {
      id: `t-${String(++made).padStart(9, "0")}`,
      time: new Date(at - 40).toISOString(),
      decided: new Date(at).toISOString(),
      amount: Math.round(10 ** (0.5 + 3.2 * random()) * 100) / 100,
      score,
      decision: score >= THRESHOLDS.block ? "block" : "review",
      model: "soak",
      title,
      latitude: near(latitude),
      longitude: near(longitude),
      country,
      simulated: false,
      from_latitude: isKnown ? near(home[2]) : null,
      from_longitude: isKnown ? near(home[3]) : null,
    };
  };
}

/** Between 0 and 1, the same row of them for the same seed (mulberry32). */
function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
