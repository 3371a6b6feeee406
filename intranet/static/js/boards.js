/** Charts of the boards, drawn from the tables that stand under them; a bar opens the list that its number opens. */
import { BarChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

use([BarChart, GridComponent, TooltipComponent, CanvasRenderer]);

/** Colours by series, as tokens: states have theirs, all else the two of the charts. */
const TONES = { late: '--bad', blocked: '--bad', in_time: '--act', in: '--act', open: '--act', given: '--act', out: '--gold', finished: '--gold' };
const drawn = new Set();

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** What the table says: names of rows, names of series, numbers with their links. */
function read(table) {
  const series = [...table.querySelectorAll('thead th')].map((cell) => ({ code: cell.dataset.series, name: cell.textContent.trim() }));
  const rows = [...table.querySelectorAll('tbody tr')].map((row) => ({
    name: row.querySelector('th').textContent.trim(),
    cells: [...row.querySelectorAll('a')].map((link) => ({ value: Number(link.dataset.figure), url: link.getAttribute('href') })),
  }));
  return { series, rows };
}

function optionOf(shape, { series, rows }) {
  const ink = token('--ink-2');
  const line = token('--line');
  const isAcross = shape === 'bars';
  const text = { color: ink, fontFamily: token('--sans'), fontSize: 12 };
  const names = {
    type: 'category', data: rows.map((row) => row.name), inverse: isAcross, axisTick: { show: false }, axisLine: { lineStyle: { color: line } },
    axisLabel: isAcross ? { ...text, width: 128, overflow: 'truncate' } : { ...text, hideOverlap: true },
  };
  const values = { type: 'value', minInterval: 1, axisLabel: text, splitLine: { lineStyle: { color: line } } };
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  return {
    animation: !still, animationDuration: 250, textStyle: text,
    grid: { left: 8, right: 16, top: 12, bottom: 8, containLabel: true },
    tooltip: {
      trigger: 'axis', axisPointer: { type: 'shadow' }, renderMode: 'richText', backgroundColor: token('--surface'), borderColor: token('--line-2'),
      textStyle: { ...text, color: token('--ink') }, valueFormatter: (n) => Number(n).toLocaleString('vi-VN'),
    },
    xAxis: isAcross ? values : names,
    yAxis: isAcross ? names : values,
    series: series.map(({ code, name }, at) => ({
      type: 'bar', name, stack: shape === 'columns' ? undefined : 'all', barMaxWidth: 22, cursor: 'pointer',
      itemStyle: { color: token(TONES[code] ?? '--act'), borderRadius: 2 },
      data: rows.map((row) => ({ value: row.cells[at].value, url: row.cells[at].url })),
    })),
  };
}

function draw(place) {
  const details = place.nextElementSibling;
  const table = details?.querySelector('table');
  if (!table || place.dataset.drawn) return;
  place.dataset.drawn = 'yes';
  const chart = init(place, null, { renderer: 'canvas' });
  const show = () => chart.setOption(optionOf(place.dataset.chart, read(table)), true);
  chart.on('click', ({ data }) => data?.url && location.assign(data.url));
  const seen = new ResizeObserver(() => chart.resize());
  seen.observe(place);
  const one = { place, show, end: () => { seen.disconnect(); chart.dispose(); } };
  drawn.add(one);
  show();
}

/** Draws what is not drawn yet, and lets go of what the page no longer has. */
function look() {
  for (const one of drawn) if (!one.place.isConnected) { one.end(); drawn.delete(one); }
  document.querySelectorAll('[data-chart]').forEach(draw);
}

let waits = 0;
new MutationObserver(() => { waits ||= requestAnimationFrame(() => { waits = 0; look(); }); }).observe(document.getElementById('main'), { childList: true, subtree: true });
document.addEventListener('office:theme', () => drawn.forEach((one) => one.show()));
// On paper numbers speak: the tables are open, the canvases are not printed.
addEventListener('beforeprint', () => drawn.forEach(({ place }) => { place.nextElementSibling.open = true; }));
look();
