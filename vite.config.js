// Builds what the pages load: styles, scripts, fonts and the icon sprite, each under a fingerprinted name.
import { readFileSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { feature } from "topojson-client";
import { defineConfig } from "vite";

const ui = resolve(import.meta.dirname, "src/palier/web/ui");
const modules = resolve(import.meta.dirname, "node_modules");

/** One SVG of symbols: our state shapes, and the Phosphor icons named in icons/phosphor.txt. */
function sprite() {
  const symbol = (name, svg) => {
    const [, attributes, body] = svg.match(/<svg([^>]*)>([\s\S]*)<\/svg>/);
    return `<symbol id="${name}"${attributes.replace(/ xmlns="[^"]*"/, "")}>${body.trim()}</symbol>`;
  };
  return {
    name: "palier-sprite",
    generateBundle() {
      const phosphor = readFileSync(`${ui}/icons/phosphor.txt`, "utf8").split("\n").filter(Boolean);
      const ours = readdirSync(`${ui}/icons`).filter((file) => file.endsWith(".svg"));
      const symbols = [
        ...ours.map((file) => symbol(file.slice(0, -4), readFileSync(`${ui}/icons/${file}`, "utf8"))),
        ...phosphor.map((name) =>
          symbol(name, readFileSync(`${modules}/@phosphor-icons/core/assets/regular/${name}.svg`, "utf8")),
        ),
      ];
      this.emitFile({
        type: "asset",
        name: "icons.svg",
        originalFileName: "icons.svg",
        source: `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`,
      });
      const mark = readFileSync(`${ui}/mark.svg`, "utf8");
      this.emitFile({ type: "asset", name: "mark.svg", originalFileName: "mark.svg", source: mark });
    },
  };
}

/**
 * The ground of maps, `palier:france`: the outline of France from Natural Earth, to some hundred metres. What lives by its own
 * statute overseas is apart there: New Caledonia, Polynesia, Saint-Barthélemy, Saint-Martin, Saint-Pierre-et-Miquelon, Wallis.
 */
const FRANCE = ["250", "540", "258", "652", "663", "666", "876"];

function france() {
  return {
    name: "palier-france",
    resolveId: (id) => (id === "palier:france" ? id : undefined),
    load(id) {
      if (id !== "palier:france") return undefined;
      const atlas = JSON.parse(readFileSync(`${modules}/world-atlas/countries-10m.json`, "utf8"));
      const found = feature(atlas, atlas.objects.countries).features.filter(({ id: code }) => FRANCE.includes(code));
      const parts = found.flatMap(({ geometry: { type, coordinates } }) => (type === "Polygon" ? [coordinates] : coordinates));
      const rounded = (point) => point.map((degrees) => Number(degrees.toFixed(3)));
      const coordinates = parts.map((part) => part.map((ring) => ring.map(rounded)));
      return `export default ${JSON.stringify({ type: "MultiPolygon", coordinates })};`;
    },
  };
}

export default defineConfig({
  root: ui,
  base: "./",
  publicDir: false,
  plugins: [sprite(), france()],
  build: {
    target: "es2022",
    emptyOutDir: true,
    manifest: "manifest.json",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      checks: { eval: false, pluginTimings: false }, // htmx keeps an eval that our allowEval: false never lets run
      input: [
        "styles/main.css",
        "styles/map.css",
        "styles/tenant.css",
        "styles/survey.css",
        "styles/field.css",
        "scripts/app.js",
        "scripts/map.js",
        "scripts/field.js",
      ].map((file) => resolve(ui, file)),
    },
  },
});
