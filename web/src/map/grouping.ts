// Which alerts are shown as one circle: those within reach of the first of their group. amCharts' own grouping links
// each point to its neighbours, which chains the alerts of a continent into one circle in the middle of nowhere.

/** A position on the plane of the map, in radians at the equator. */
export interface Position {
  readonly x: number;
  readonly y: number;
}

interface Placed {
  readonly position: Position;
}

/** More columns than any map is wide, so that a cell is known by one number. */
const COLUMNS = 1 << 20;

/** The Mercator position of a place; the poles are cut off where the map ends. */
export function mercator(latitude: number, longitude: number): Position {
  const clipped = Math.min(85, Math.max(-85, latitude)) * (Math.PI / 180);
  return { x: longitude * (Math.PI / 180), y: Math.log(Math.tan(Math.PI / 4 + clipped / 2)) };
}

/** Splits `items` into groups, each headed by its founder; an item joins the nearest founder within `reach`. */
export function group<T extends Placed>(items: Iterable<T>, reach: number): T[][] {
  const groups: T[][] = [];
  const cells = new Map<number, T[][]>();
  for (const item of items) {
    const cell = Math.floor(item.position.y / reach) * COLUMNS + Math.floor(item.position.x / reach);
    const nearest = nearestGroup(cells, cell, item, reach);
    if (nearest !== undefined) {
      nearest.push(item);
      continue;
    }
    const founded = [item];
    groups.push(founded);
    const neighbours = cells.get(cell);
    if (neighbours === undefined) cells.set(cell, [founded]);
    else neighbours.push(founded);
  }
  return groups;
}

/** A cell is as wide as the reach, so that a founder within it stands in the same cell or in one beside it. */
function nearestGroup<T extends Placed>(cells: Map<number, T[][]>, cell: number, item: T, reach: number): T[] | undefined {
  let nearest: T[] | undefined;
  let shortest = reach;
  for (let row = -COLUMNS; row <= COLUMNS; row += COLUMNS) {
    for (let column = -1; column <= 1; column++) {
      for (const candidate of cells.get(cell + row + column) ?? []) {
        const distance = distanceBetween(candidate[0] as T, item);
        if (distance > shortest) continue;
        shortest = distance;
        nearest = candidate;
      }
    }
  }
  return nearest;
}

function distanceBetween(one: Placed, other: Placed): number {
  return Math.hypot(one.position.x - other.position.x, one.position.y - other.position.y);
}
