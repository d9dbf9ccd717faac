// Tests of what needs no browser. The page itself is tested in Chromium (tests/page).
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["tests/unit/**/*.test.ts"] },
});
