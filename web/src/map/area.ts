// Which part of the plane of the map is looked at: marks outside of it and its surroundings are not made.
import type { Position } from "./grouping";

export interface Area {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** How the plane lies behind the window: so many pixels to the radian, and where the middle of the plane is in it. */
export interface View {
  readonly pixels: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const NOWHERE: Area = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity };

/** What is seen. */
export function areaOf({ pixels, x, y, width, height }: View): Area {
  return { left: -x / pixels, right: (width - x) / pixels, bottom: (y - height) / pixels, top: y / pixels };
}

/** With half of it more on each side, so that not every move needs new marks. */
export function surroundings({ left, right, bottom, top }: Area): Area {
  const [wide, high] = [(right - left) / 2, (top - bottom) / 2];
  return { left: left - wide, right: right + wide, bottom: bottom - high, top: top + high };
}

export const covers = (area: Area, other: Area): boolean =>
  area.left <= other.left && area.right >= other.right && area.bottom <= other.bottom && area.top >= other.top;

export const holds = (area: Area, { x, y }: Position): boolean =>
  x >= area.left && x <= area.right && y >= area.bottom && y <= area.top;
