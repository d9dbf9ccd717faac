// How far two places lie apart.
import { placeOf } from "../api";

interface Located {
  readonly latitude?: number | null;
  readonly longitude?: number | null;
}

const EARTH_KM = 6_371;
const RADIANS = Math.PI / 180;

/** Along the surface, in kilometres; null when one of both places is not known. */
export function apart(one: Located, other: Located): number | null {
  const a = placeOf(one);
  const b = placeOf(other);
  if (a === null || b === null) return null;
  const half = (from: number, to: number): number => Math.sin(((to - from) * RADIANS) / 2) ** 2;
  const chord =
    half(a.latitude, b.latitude) +
    Math.cos(a.latitude * RADIANS) * Math.cos(b.latitude * RADIANS) * half(a.longitude, b.longitude);
  return 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
}
