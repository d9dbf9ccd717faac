// Which alerts are shown as one circle: those within reach of the first of their group. amCharts' own grouping links
// each point to its neighbours, which chains the alerts of a continent into one circle in the middle of nowhere.

/** A position on the plane of the map, in radians at the equator. */
export interface Position {
  readonly x: number;
  readonly y: number;
}

/** The Mercator position of a place; the poles are cut off where the map ends. */
export function mercator(latitude: number, longitude: number): Position {
  const clipped = Math.min(85, Math.max(-85, latitude)) * (Math.PI / 180);
  return { x: longitude * (Math.PI / 180), y: Math.log(Math.tan(Math.PI / 4 + clipped / 2)) };
}

/** Splits `items` into groups, each headed by its founder; an item joins the nearest founder within `reach`. */
export function group<T extends { readonly position: Position }>(items: Iterable<T>, reach: number): T[][] {
  const groups: T[][] = [];
  const cells = new Map<string, T[][]>();
  for (const item of items) {
    const column = Math.floor(item.position.x / reach);
    const row = Math.floor(item.position.y / reach);
    let nearest: T[] | undefined;
    let shortest = reach;
    for (let dx = -1; dx <= 1; dx++) {
      for (let dy = -1; dy <= 1; dy++) {
        for (const candidate of cells.get(`${column + dx},${row + dy}`) ?? []) {
          const distance = distanceBetween(candidate[0] as T, item);
          if (distance > shortest) continue;
          shortest = distance;
          nearest = candidate;
        }
      }
    }
    if (nearest === undefined) {
      const founded = [item];
      const cell = cells.get(`${column},${row}`);
      groups.push(founded);
      if (cell === undefined) cells.set(`${column},${row}`, [founded]);
      else cell.push(founded);
    } else {
      nearest.push(item);
    }
  }
  return groups;
}

function distanceBetween(one: { position: Position }, other: { position: Position }): number {
  return Math.hypot(one.position.x - other.position.x, one.position.y - other.position.y);
}
