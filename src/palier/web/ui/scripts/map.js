// A map of what a GeoJSON address gives: <div data-map="/…/residences.geojson">. The table stands first; this is beside it.
// Points are grouped far off. Their class (properties.level, 0 to 3) is told by fill and by outline; areas are dashed, but
// for those that carry a share (properties.share, 0 to 1), which are the fuller the larger it is. So are groups of points that
// say their homes and how many of them are in difficulty (properties.homes, properties.hard).
// With data-box="west,south,east,north", there is too much to send: the address is asked for each window, with its zoom,
// and answers its points, or how many each square holds (properties.count), with their share.
// Names of towns (properties.town, the most important first) are written where there is room.
import { LngLatBounds, Map as MapLibre, NavigationControl, Popup, ScaleControl, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import france from "palier:france";

setWorkerUrl(workerUrl);

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function bounds(collection) {
  const box = new LngLatBounds();
  const walk = (coordinates) => (typeof coordinates[0] === "number" ? box.extend(coordinates) : coordinates.forEach(walk));
  collection.features.forEach((feature) => feature.geometry && walk(feature.geometry.coordinates));
  return box;
}

/** What goes to each source: points one by one, squares of points, areas. Towns are written beside, not drawn. */
function sorted(collection) {
  const kind = ({ geometry, properties }) =>
    geometry.type !== "Point" ? "shapes" : properties.town ? "towns" : properties.count ? "squares" : "points";
  const of = (source) => collection.features.filter((feature) => feature.geometry && kind(feature) === source);
  const sources = ["points", "squares", "shapes"];
  return Object.fromEntries(sources.map((source) => [source, { type: "FeatureCollection", features: of(source) }]));
}

function style(collection) {
  const ink = token("--ink");
  const data = sorted(collection);
  const radius = (count) => ["step", ["get", count], 11, 10, 15, 100, 20, 1000, 26];
  const ofLevel = [
    "match",
    ["get", "level"],
    0,
    token("--site-0"),
    1,
    token("--site-1"),
    2,
    token("--site-2"),
    3,
    token("--site-3"),
    token("--rail"),
  ];
  // The steps of the legend beside the map.
  const toned = (share) => ["step", share, 0.04, 0.001, 0.2, 0.1, 0.38, 0.25, 0.58, 0.5, 0.8];
  const ofShare = toned(["get", "share"]);
  const sum = (name) => ["+", ["coalesce", ["get", name], 0]];
  return {
    version: 8,
    sources: {
      country: { type: "geojson", data: { type: "Feature", geometry: france, properties: {} }, tolerance: 0.2 },
      points: {
        type: "geojson",
        data: data.points,
        cluster: true,
        clusterRadius: 44,
        clusterMaxZoom: 13,
        clusterProperties: { homes: sum("homes"), hard: sum("hard") },
      },
      squares: { type: "geojson", data: data.squares },
      shapes: { type: "geojson", data: data.shapes },
    },
    layers: [
      { id: "around", type: "background", paint: { "background-color": token("--wall") } },
      {
        id: "ground",
        type: "fill",
        source: "country",
        paint: { "fill-color": token("--wall-2"), "fill-outline-color": token("--line-strong") },
      },
      {
        id: "areas",
        type: "fill",
        source: "shapes",
        filter: ["!", ["has", "share"]],
        paint: { "fill-color": token("--plum"), "fill-opacity": 0.06 },
      },
      {
        id: "shares",
        type: "fill",
        source: "shapes",
        filter: ["has", "share"],
        paint: { "fill-color": token("--site-2"), "fill-opacity": ofShare, "fill-outline-color": ink },
      },
      {
        id: "edges",
        type: "line",
        source: "shapes",
        filter: ["!", ["has", "share"]],
        paint: { "line-color": token("--plum"), "line-width": 2, "line-dasharray": [3, 2] },
      },
      {
        id: "groups",
        type: "circle",
        source: "points",
        filter: ["has", "point_count"],
        paint: {
          "circle-color": token("--wall"),
          "circle-stroke-color": ink,
          "circle-stroke-width": 2,
          "circle-radius": radius("point_count"),
        },
      },
      {
        id: "group-shares",
        type: "circle",
        source: "points",
        filter: ["all", ["has", "point_count"], [">", ["get", "homes"], 0]],
        paint: {
          "circle-color": token("--site-2"),
          "circle-opacity": toned(["/", ["get", "hard"], ["get", "homes"]]),
          "circle-radius": radius("point_count"),
        },
      },
      {
        id: "squares",
        type: "circle",
        source: "squares",
        paint: {
          "circle-color": token("--wall"),
          "circle-stroke-color": ink,
          "circle-stroke-width": 2,
          "circle-radius": radius("count"),
        },
      },
      {
        id: "square-shares",
        type: "circle",
        source: "squares",
        filter: ["has", "share"],
        paint: { "circle-color": token("--site-2"), "circle-opacity": ofShare, "circle-radius": radius("count") },
      },
      {
        id: "dots",
        type: "circle",
        source: "points",
        filter: ["!", ["has", "point_count"]],
        paint: {
          "circle-color": ofLevel,
          "circle-radius": ["+", 5, ["coalesce", ["get", "level"], 1]],
          "circle-stroke-color": ink,
          "circle-stroke-width": ["case", [">=", ["coalesce", ["get", "level"], 0], 2], 2, 1],
        },
      },
    ],
  };
}

/** The number on a group, written by us: no font is fetched. */
function countMarks(map, canvas) {
  const layer = document.createElement("div");
  layer.className = "map-counts";
  layer.setAttribute("aria-hidden", "true");
  canvas.append(layer);
  const draw = () => {
    const seen = new Set();
    const groups = map.queryRenderedFeatures({ layers: ["groups", "squares"] }).filter((feature) => {
      const id = feature.properties.cluster_id ?? feature.geometry.coordinates.join();
      return !seen.has(id) && seen.add(id);
    });
    layer.replaceChildren(
      ...groups.map((feature) => {
        const at = map.project(feature.geometry.coordinates);
        const mark = document.createElement("span");
        mark.textContent = (feature.properties.point_count ?? feature.properties.count).toLocaleString("fr-FR");
        mark.style.translate = `${Math.round(at.x)}px ${Math.round(at.y)}px`;
        return mark;
      }),
    );
  };
  map.on("render", draw);
}

/** The names of towns, each where it fits: the first ones first, none over another nor over the number of a group. */
function townNames(map, canvas) {
  const layer = document.createElement("div");
  layer.className = "map-towns";
  layer.setAttribute("aria-hidden", "true");
  canvas.append(layer);
  let marks = [];
  const place = () => {
    const taken = [...canvas.querySelectorAll(".map-counts span")].map((mark) => mark.getBoundingClientRect());
    const apart = (box) => taken.every((o) => box.right < o.left || o.right < box.left || box.bottom < o.top || o.bottom < box.top);
    for (const [mark, where] of marks) {
      const at = map.project(where);
      mark.style.translate = `${Math.round(at.x)}px ${Math.round(at.y)}px`;
      const box = mark.getBoundingClientRect();
      mark.style.visibility = apart(box) ? "" : "hidden";
      if (!mark.style.visibility) taken.push(box);
    }
  };
  map.on("render", place);
  return (collection) => {
    marks = collection.features
      .filter(({ properties }) => properties.town)
      .map(({ geometry, properties }) => [
        Object.assign(document.createElement("span"), { textContent: properties.town }),
        geometry.coordinates,
      ]);
    layer.replaceChildren(...marks.map(([mark]) => mark));
    place();
  };
}

async function ask(address, signal) {
  const response = await fetch(address, { headers: { Accept: "application/geo+json" }, signal });
  if (!response.ok) throw new Error(`map data: ${response.status}`);
  return response.json();
}

/** Ask again for what the window shows, each time it moves. */
function follow(map, canvas, name) {
  const styled = new Promise((resolve) => map.once("styledata", resolve));
  let asked;
  const look = async () => {
    asked?.abort();
    asked = new AbortController();
    const address = new URL(canvas.dataset.map, location.href);
    address.searchParams.set("box", map.getBounds().toArray().flat().join());
    address.searchParams.set("zoom", map.getZoom().toFixed(2));
    const collection = await ask(address, asked.signal);
    await styled;
    for (const [source, data] of Object.entries(sorted(collection))) map.getSource(source).setData(data);
    name(collection);
  };
  map.on("moveend", () => look().catch((problem) => problem.name === "AbortError" || console.error(problem)));
  return look();
}

async function show(canvas) {
  const box = canvas.dataset.box?.split(",").map(Number);
  const collection = box ? { features: [] } : await ask(canvas.dataset.map);
  const map = new MapLibre({
    container: canvas,
    style: style(collection),
    attributionControl: false,
    cooperativeGestures: true,
    locale: words,
  });
  // The points are the subject: areas around them may run far out of sight.
  const points = sorted(collection).points.features;
  const around = box ? new LngLatBounds(box) : bounds(points.length ? { features: points } : collection);
  const fit = () => around.isEmpty() || map.fitBounds(around, { padding: 32, maxZoom: 15, animate: false });
  fit();
  // A phone that turns sees everything again, until somebody looked closer.
  map.on("resize", fit);
  for (const act of ["pointerdown", "wheel", "keydown"]) canvas.addEventListener(act, () => map.off("resize", fit), { once: true });
  map.addControl(new NavigationControl({ showCompass: false }));
  map.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
  countMarks(map, canvas);
  const name = townNames(map, canvas);
  name(collection);
  map.on("click", "groups", async (event) => {
    const [group] = event.features;
    const zoom = await map.getSource("points").getClusterExpansionZoom(group.properties.cluster_id);
    map.easeTo({ center: group.geometry.coordinates, zoom });
  });
  map.on("click", "squares", (event) => {
    map.easeTo({ center: event.features[0].geometry.coordinates, zoom: map.getZoom() + 2 });
  });
  map.on("click", "dots", (event) => {
    const { name, note, url } = event.features[0].properties;
    const words = document.createElement("p");
    const title = url ? Object.assign(document.createElement("a"), { href: url }) : document.createElement("b");
    title.textContent = name ?? "";
    words.append(title, note ? `, ${note}` : "");
    new Popup({ closeButton: true }).setLngLat(event.lngLat).setDOMContent(words).addTo(map);
  });
  for (const layer of ["groups", "squares", "dots"]) {
    map.on("mouseenter", layer, () => {
      map.getCanvas().style.cursor = "pointer";
    });
    map.on("mouseleave", layer, () => {
      map.getCanvas().style.cursor = "";
    });
  }
  if (box) await follow(map, canvas, name);
  map.once("idle", () => canvas.setAttribute("data-map-ready", ""));
}

const words = {
  "Map.Title": "Carte",
  "NavigationControl.ZoomIn": "Agrandir",
  "NavigationControl.ZoomOut": "Réduire",
  "Popup.Close": "Fermer",
  "CooperativeGesturesHandler.WindowsHelpText": "Ctrl et molette pour agrandir la carte",
  "CooperativeGesturesHandler.MacHelpText": "⌘ et molette pour agrandir la carte",
  "CooperativeGesturesHandler.MobileHelpText": "Deux doigts pour déplacer la carte",
};

for (const canvas of document.querySelectorAll("[data-map]")) {
  show(canvas).catch(() => {
    canvas.textContent = "La carte n’a pas pu être dessinée. Le tableau porte les mêmes informations.";
    canvas.classList.add("map-canvas--failed");
  });
}
