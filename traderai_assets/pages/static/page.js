"use strict";
// What a page adds where scripts run: charts that can be zoomed, tables that sort and save themselves.
// Everything is readable without it. `traderaiPage.draw(element)` does it for what was put in later.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const colour = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();
  const DAY = 86400;
  const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

  function shown(value, digits = 6) {
    if (value === null || value === undefined || Number.isNaN(value)) return "";
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-6 || size >= 1e15)) return value.toExponential(digits - 1);
    return String(Number(value.toPrecision(digits)));
  }

  // Moments come as the first and the steps between them
  function times(told) {
    const found = [told.first];
    for (let index = 1; index < told.count; index += 1) found.push(found[index - 1] + told.steps[told.steps.length > 1 ? index - 1 : 0]);
    return told.count ? found : [];
  }

  function button(text, title, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.title = title;
    made.addEventListener("click", act);
    return made;
  }

  // ---- Tables ----------------------------------------------------------------------------------

  function cellValue(cell) {
    const text = "v" in cell.dataset ? cell.dataset.v : cell.textContent.trim();
    if (cell.classList.contains("none")) return null;
    if (cell.classList.contains("n")) return text === "inf" ? Infinity : text === "-inf" ? -Infinity : Number(text);
    return text === "true" ? true : text === "false" ? false : text;
  }

  const headings = (table) => [...table.tHead.rows[0].cells].map((cell) => cell.dataset.name);
  const rowsOf = (table) => [...table.tBodies[0].rows].map((row) => [...row.cells].map(cellValue));

  function quoted(value) {
    if (value === null) return "";
    let text = String(value);
    // A spreadsheet takes such a text for a formula
    if (typeof value === "string" && /^[=+\-@\t]/.test(text)) text = "'" + text;
    return /[",\n\r]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  }

  function asCsv(table) {
    return [headings(table), ...rowsOf(table)].map((row) => row.map(quoted).join(",")).join("\r\n") + "\r\n";
  }

  function asJson(table) {
    const names = headings(table);
    const rows = rowsOf(table).map((row) => Object.fromEntries(names.map((name, index) =>
      [name, Number.isFinite(row[index]) || typeof row[index] !== "number" ? row[index] : String(row[index])])));
    return JSON.stringify(rows, null, 1) + "\n";
  }

  function save(name, text, type) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  function sort(table, index, heading) {
    const down = heading.getAttribute("aria-sort") !== "descending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const sign = down ? -1 : 1;
    const rows = [...table.tBodies[0].rows].map((row) => [cellValue(row.cells[index]), row]);
    rows.sort(([a], [b]) => {
      if (a === null || b === null) return (a === null) - (b === null);
      return sign * (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
    });
    table.tBodies[0].append(...rows.map(([, row]) => row));
  }

  function equipTable(figure) {
    const table = figure.querySelector("table");
    if (!table) return;
    if (table.tBodies[0].rows.length > 25) figure.querySelector(".box").classList.add("tall");
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((heading, index) => {
      heading.dataset.name = heading.textContent;
      const inside = button(heading.textContent, "Sort", () => sort(table, index, heading));
      heading.replaceChildren(inside);
    });
    const slug = document.title.toLowerCase().replace(/[^a-z0-9.]+/g, "-").replace(/^-+|-+$/g, "");
    const name = slug + "-" + figure.dataset.name;
    figure.querySelector(".tools").replaceChildren(
      button("CSV", "Save this table as CSV", () => save(name + ".csv", asCsv(table), "text/csv")),
      button("JSON", "Save this table as JSON", () => save(name + ".json", asJson(table), "application/json")));
  }

  // ---- Lines -----------------------------------------------------------------------------------

  const SPANS = [["all", 0], ["1 year", 365 * DAY], ["90 days", 90 * DAY], ["30 days", 30 * DAY], ["7 days", 7 * DAY], ["1 day", DAY]];

  function spanButtons(first, last, show) {
    const fitting = SPANS.filter(([, span]) => !span || span < last - first);
    if (fitting.length < 2) return [];
    return fitting.map(([text, span]) => button(text, "Show " + text, () => show(span ? last - span : first, last)));
  }

  const moment = (seconds, long = true) => new Date(seconds * 1000).toISOString().slice(0, long ? 16 : 10).replace("T", " ");

  function drawChart(figure, data) {
    const box = figure.querySelector(".drawn");
    const tools = figure.querySelector(".tools");
    if (!data.seconds.length) return null;
    const first = data.seconds[0], last = data.seconds.at(-1);
    const positive = data.values.every((line) => line.every((value) => value === null || value > 0));
    let logarithmic = data.logarithmic && positive;
    let plot;
    const axis = { stroke: colour("soft"), grid: { stroke: colour("line"), width: 1 }, ticks: { stroke: colour("line"), width: 1 } };
    const make = () => {
      box.replaceChildren();
      plot = new uPlot({
        width: Math.max(box.clientWidth, 200),
        height: 280,
        tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
        scales: { y: logarithmic ? { distr: 3, range: (_, low, high) => [low / 1.03, high * 1.03] } : {} },
        axes: [{ ...axis, space: 96, values: (_, ticks, __, ___, step) => ticks.map((tick) => (step < DAY ? moment(tick).slice(5) : moment(tick, false))) }, { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : shown(tick, 4))) }],
        series: [
          { label: "UTC", value: (_, value) => (value === null ? "" : moment(value, last - first < 400 * DAY)) },
          ...data.names.map((label, index) => ({
            label,
            stroke: colour("series-" + (index % 6)),
            width: 1.5,
            points: { show: data.seconds.length < 3 },
            value: (_, value) => shown(value),
          })),
        ],
      }, [data.seconds, ...data.values], box);
    };
    make();
    const buttons = spanButtons(first, last, (min, max) => plot.setScale("x", { min, max }));
    if (positive) {
      const log = button("log", "Logarithmic axis", () => {
        logarithmic = !logarithmic;
        log.setAttribute("aria-pressed", logarithmic);
        make();
      });
      log.setAttribute("aria-pressed", logarithmic);
      buttons.push(log);
    }
    tools.replaceChildren(...buttons);
    return () => plot.setSize({ width: Math.max(box.clientWidth, 200), height: 280 });
  }

  // ---- Candles ---------------------------------------------------------------------------------

  // Stops, targets and expiries: a segment of price over time
  function segments(levels) {
    let chart, series;
    const draw = (target) => target.useBitmapCoordinateSpace(({ context, horizontalPixelRatio, verticalPixelRatio }) => {
      const scale = chart.timeScale();
      context.save();
      context.lineWidth = Math.max(1, Math.floor(verticalPixelRatio));
      context.setLineDash([4 * horizontalPixelRatio, 2 * horizontalPixelRatio]);
      for (const [from, until, price, name] of levels) {
        const left = scale.timeToCoordinate(from), right = scale.timeToCoordinate(until), y = series.priceToCoordinate(price);
        if (left === null || right === null || y === null) continue;
        context.strokeStyle = colour(/stop/.test(name) ? "bad" : /target/.test(name) ? "good" : "warn");
        context.beginPath();
        context.moveTo(left * horizontalPixelRatio, y * verticalPixelRatio);
        context.lineTo(Math.max(right, left + 3) * horizontalPixelRatio, y * verticalPixelRatio);
        context.stroke();
      }
      context.restore();
    });
    const views = [{ renderer: () => ({ draw }) }];
    return { attached: (given) => { chart = given.chart; series = given.series; }, paneViews: () => views };
  }

  // The bar that a moment belongs to: markers and levels stand on bars
  function barOf(times, seconds) {
    let low = 0, high = times.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (times[middle] <= seconds) low = middle; else high = middle - 1;
    }
    return times[low];
  }

  function drawCandles(figure, data) {
    const box = figure.querySelector(".drawn");
    if (!data.rows.length) return null;
    const lib = LightweightCharts;
    const times = data.seconds;
    const width = () => Math.max(box.clientWidth, 200);
    const panes = 1 + (data.lines.length ? 1 : 0) + (data.words.length ? 1 : 0);
    const height = 340 + (data.lines.length ? 130 : 0) + (data.words.length ? 50 : 0);
    const reading = document.createElement("div");
    reading.className = "reading";
    const stage = document.createElement("div");
    box.replaceChildren(reading, stage);
    // The credit that is owed stands at the foot of the page: the logo would cover the strip
    const chart = lib.createChart(stage, {
      width: width(), height,
      layout: { background: { color: colour("ground") }, textColor: colour("soft"), attributionLogo: false, panes: { separatorColor: colour("line") } },
      grid: { vertLines: { color: colour("line") }, horzLines: { color: colour("line") } },
      timeScale: { timeVisible: true, secondsVisible: false, borderColor: colour("line"), minBarSpacing: 0.4 },
      rightPriceScale: { borderColor: colour("line") },
      localization: { locale: "en-GB", timeFormatter: (seconds) => moment(seconds) },
      crosshair: { mode: 0 },
    });
    const price = Math.abs(data.rows.at(-1)[4]) || 1;
    const precision = Math.min(Math.max(5 - Math.floor(Math.log10(price)), 0), 14);
    const candles = chart.addSeries(lib.CandlestickSeries, {
      upColor: colour("series-2"), wickUpColor: colour("series-2"), downColor: colour("series-1"), wickDownColor: colour("series-1"),
      borderVisible: false, priceLineVisible: false,
      priceFormat: { type: "price", precision, minMove: Number((10 ** -precision).toFixed(precision)) },
    });
    candles.setData(data.rows.map(([time, open, high, low, close]) => ({ time, open, high, low, close })));
    if (data.rows.some((row) => row[5])) {
      const volume = chart.addSeries(lib.HistogramSeries, { color: colour("line"), priceScaleId: "volume", priceFormat: { type: "volume" }, lastValueVisible: false, priceLineVisible: false });
      chart.priceScale("volume").applyOptions({ scaleMargins: { top: 0.85, bottom: 0 } });
      volume.setData(data.rows.map((row) => ({ time: row[0], value: row[5] || 0 })));
    }
    const told = new Map();
    if (data.markers.length) {
      const few = data.markers.length <= 16;
      lib.createSeriesMarkers(candles, data.markers.map(([seconds, text, up, tone]) => {
        const time = barOf(times, seconds);
        told.set(time, [...(told.get(time) || []), text]);
        return { time, position: up ? "belowBar" : "aboveBar", shape: up ? "arrowUp" : "arrowDown", color: colour(tone === "plain" ? "series-0" : tone), text: few ? text : "" };
      }));
    }
    if (data.levels.length) candles.attachPrimitive(segments(data.levels.map(([from, until, at, name]) => [barOf(times, from), barOf(times, until), at, name])));
    const traces = data.lines.map(([name, points], index) => {
      const series = chart.addSeries(lib.LineSeries, { color: colour("series-" + (index % 6)), lineWidth: 1, priceLineVisible: false, lastValueVisible: false, priceFormat: { type: "price", precision: 4, minMove: 0.0001 } }, 1);
      series.setData(points.map((value, index) => (value === null ? { time: times[index] } : { time: times[index], value })));
      return [name, series];
    });
    const words = new Map();
    if (data.words.length) {
      const strip = chart.addSeries(lib.HistogramSeries, { priceScaleId: "words", lastValueVisible: false, priceLineVisible: false }, panes - 1);
      chart.priceScale("words", panes - 1).applyOptions({ visible: false, scaleMargins: { top: 0, bottom: 0 } });
      const bars = [];
      [...data.words].forEach((letter, index) => {
        if (letter === " ") return;
        const kind = LETTERS.indexOf(letter);
        words.set(times[index], data.kinds[kind]);
        bars.push({ time: times[index], value: 1, color: data.colours[kind] });
      });
      strip.setData(bars);
      chart.panes()[panes - 1].setHeight(34);
    }
    if (data.lines.length) chart.panes()[1].setHeight(120);
    const rows = new Map(data.rows.map((row) => [row[0], row]));
    const read = (time, values) => {
      const row = rows.get(time) || data.rows.at(-1);
      const lines = traces.map(([name, series]) => [name, values?.get(series)?.value]).filter(([, value]) => value !== undefined);
      reading.textContent = [
        `${moment(row[0])} UTC  O ${shown(row[1], 8)}  H ${shown(row[2], 8)}  L ${shown(row[3], 8)}  C ${shown(row[4], 8)}`,
        ...lines.map(([name, value]) => `${name} ${shown(value)}`),
        words.get(row[0]) || "",
        ...(told.get(row[0]) || []),
      ].filter(Boolean).join("  ·  ");
    };
    read();
    chart.subscribeCrosshairMove((event) => read(event.time, event.seriesData));
    chart.timeScale().fitContent();
    const show = (from, to) => (from === times[0] ? chart.timeScale().fitContent() : chart.timeScale().setVisibleRange({ from: barOf(times, from), to }));
    figure.querySelector(".tools").replaceChildren(...spanButtons(times[0], times.at(-1), show));
    return () => chart.resize(width(), height);
  }

  // ---- All of a page ---------------------------------------------------------------------------

  const live = new Map();

  function equipFigure(figure) {
    const block = figure.querySelector("script.data");
    if (!block) return;
    const data = JSON.parse(block.textContent);
    data.seconds = times(data.seconds);
    if (data.prices) data.rows = data.prices.map((four, index) => [data.seconds[index], ...four, data.volumes[index]]);
    const box = figure.querySelector(".drawn");
    figure.classList.add("live");
    const resize = figure.classList.contains("candles") ? drawCandles(figure, data) : drawChart(figure, data);
    if (!resize) { figure.classList.remove("live"); return; }
    let seen = box.clientWidth;
    const watch = new ResizeObserver(() => {
      if (!box.clientWidth || box.clientWidth === seen) return;
      seen = box.clientWidth;
      resize();
    });
    watch.observe(figure);
    live.set(figure, watch);
  }

  function draw(element) {
    for (const [figure, watch] of live) if (!figure.isConnected) { watch.disconnect(); live.delete(figure); }
    element.querySelectorAll("figure.table").forEach(equipTable);
    element.querySelectorAll("figure.chart, figure.candles").forEach(equipFigure);
  }

  dark.addEventListener("change", () => {
    for (const [figure, watch] of [...live]) { watch.disconnect(); live.delete(figure); equipFigure(figure); }
  });
  globalThis.traderaiPage = { draw, asCsv, asJson };
  draw(document);
})();
