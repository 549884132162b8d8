// Draws the charts of a page from the data beside them (funds/supervision/charts.py). The table below has the figures.
"use strict";

(() => {
  const NARROW = 520;
  const ROW = 44;
  // Room for the name and last figure of a line, at its end.
  const NAMED = 92;
  const drawn = [];

  const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  // On paper nothing is dark, whatever the screen is.
  const onScreen = () => ({ text: style("--text"), muted: style("--muted"), line: style("--line"), own: style("--accent"), other: style("--line-strong") });
  const onPaper = { text: "#000", muted: "#333", line: "#bbb", own: "#000", other: "#7d8a91" };

  const language = document.documentElement.lang;
  const number = (value, decimals) => value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  // Of an axis: 1.2 million, 120 万.
  const short = (value) => new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 }).format(value);

  const option = (chart, colours, width) => {
    const lying = chart.kind === "rows";
    const narrow = width < NARROW;
    const palette = [colours.own, colours.other];
    const text = { color: colours.muted, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
    const names = {
      type: "category", data: chart.labels, inverse: lying, axisTick: { show: false }, axisLine: { lineStyle: { color: colours.other } },
      axisLabel: { ...text, hideOverlap: !lying, interval: lying ? 0 : "auto", ...(lying ? { width: narrow ? 96 : 220, overflow: "break" } : {}) },
    };
    const values = {
      type: "value", splitNumber: narrow ? 3 : 5, splitLine: { lineStyle: { color: colours.line } },
      // Every bar says its own figure; where they are short an axis has no room.
      axisLabel: { ...text, show: !(lying && narrow), formatter: (value) => (chart.unit === "%" ? `${value}%` : short(value)) },
    };
    const last = (list) => list.reduce((found, value, place) => (value === null ? found : place), -1);
    const ends = chart.series.map((each) => Number(each.values[last(each.values)] ?? 0));
    const series = chart.series.map((each, place) => {
      const numbers = each.values.map((value) => (value === null ? null : Number(value)));
      const colour = palette[place];
      if (chart.kind === "lines") {
        const end = last(numbers);
        const beside = chart.series.length > 1 ? ((place ? numbers[end] > ends[0] : numbers[end] >= ends[1]) ? "bottom" : "top") : "middle";
        return {
          type: "line", name: each.name, color: colour, symbol: "circle", symbolSize: 6,
          lineStyle: { width: place ? 2 : 2.5, type: place ? "dashed" : "solid" },
          data: numbers.map((value, at) => ({
            value, symbolSize: at === end ? 8 : 5,
            label: at === end ? { show: true, position: "right", distance: 8, verticalAlign: beside, width: NAMED - 12, overflow: "break", ...text, lineHeight: 15, color: place ? colours.muted : colour, formatter: () => `${each.name}\n${number(value, chart.decimals)}` } : { show: false },
          })),
        };
      }
      return {
        type: "bar", name: each.name, color: colour, barMaxWidth: lying ? 12 : 22, barGap: "10%", data: numbers,
        label: lying ? { show: true, position: "right", ...text, formatter: (point) => number(point.value, chart.decimals) } : { show: false },
      };
    });
    return {
      animation: false, textStyle: text, series,
      grid: { left: 8, right: lying ? 72 : chart.kind === "lines" ? NAMED : 16, top: 24, bottom: 4, containLabel: true },
      xAxis: lying ? values : names, yAxis: lying ? names : values,
    };
  };

  const draw = (each, colours) => {
    each.view.setOption(option(each.chart, colours, each.room.clientWidth), true);
  };
  const drawAll = (colours) => drawn.forEach((each) => draw(each, colours));

  const start = (figure) => {
    const chart = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
    const room = figure.querySelector(".drawn-room");
    figure.hidden = false;
    if (chart.kind === "rows") room.style.height = `${chart.labels.length * ROW + 60}px`;
    // Twice as fine as the screen at least, for paper.
    const view = echarts.init(room, null, { renderer: "canvas", devicePixelRatio: Math.max(2, devicePixelRatio) });
    const each = { chart, room, view };
    drawn.push(each);
    draw(each, onScreen());
    new ResizeObserver(() => {
      view.resize();
      draw(each, onScreen());
    }).observe(room);
  };

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-chart]").forEach(start));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawAll(onScreen()));
  matchMedia("print").addEventListener("change", (event) => drawAll(event.matches ? onPaper : onScreen()));
  window.addEventListener("beforeprint", () => drawAll(onPaper));
  window.addEventListener("afterprint", () => drawAll(onScreen()));
})();
