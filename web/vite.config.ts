// Bundles the page into dist/, which the Rust build embeds. Addresses are relative, so that the page works at `/`,
// at `/map` and behind a proxy's prefix.
import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

const AMCHARTS = ["@amcharts/amcharts5", "@amcharts/amcharts5-geodata"];

/** amCharts may be bundled as long as its licence files travel with it, unchanged. */
function amchartsLicences(): Plugin {
  return {
    name: "amcharts-licences",
    apply: "build",
    generateBundle() {
      for (const name of AMCHARTS) {
        for (const file of ["LICENSE", "LICENSE-3RD-PARTY.md"]) {
          this.emitFile({
            type: "asset",
            fileName: `licenses/${name.split("/")[1]}-${file.replace(".md", "")}.txt`,
            source: readFileSync(new URL(`node_modules/${name}/${file}`, import.meta.url)),
          });
        }
      }
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [amchartsLicences()],
  build: {
    outDir: "dist",
    target: "es2022",
    // Every bundled package with its licence text.
    license: { fileName: "licenses/packages.txt" },
    // amCharts with the world's outlines is one chunk, loaded after the feed is up.
    chunkSizeWarningLimit: 1200,
    reportCompressedSize: true,
  },
});
