// Draws `data.curves` with Plotly.react on one node that is kept from update to update.

const observers = new WeakMap()
// Few buttons, so that they never cover the legend: a box drawn with the pointer zooms, the house goes back.
const SHOWN = { displaylogo: false, responsive: false, modeBarButtons: [["toImage", "resetScale2d"]] }

function layout(data, colours) {
  const axis = { gridcolor: colours.grid, linecolor: colours.grid, zeroline: false, automargin: true, ticks: "" }
  const empty = !data.curves.some((curve) => curve.x.length)
  const last = data.curves.reduce((most, curve) => Math.max(most, curve.x.at(-1) ?? 0), 0)
  // Beside its line, inside the plot: above it stands the legend. A share climbs to the top, a loss falls to the bottom; the word keeps clear.
  const clear = data.yFormat.endsWith("%") ? { y: 0, yanchor: "bottom" } : { y: 1, yanchor: "top" }
  const annotations = data.marks.map((mark) => ({
    x: mark.x, ...clear, yref: "paper", text: mark.label, showarrow: false, font: { size: 12 },
    ...(mark.x < last / 3 ? { xanchor: "left", xshift: 3 } : { xanchor: "right", xshift: -3 }),
  }))
  const share = data.yFormat.endsWith("%") ? { autorangeoptions: { clipmin: 0, clipmax: 1.02 } } : {}
  if (empty) annotations.push({ x: 0.5, y: 0.5, xref: "paper", yref: "paper", text: data.waiting, showarrow: false, font: { size: 14 } })
  return {
    uirevision: "kept", // the reader's zoom and hidden lines survive every update
    height: data.height,
    autosize: true,
    margin: { l: 8, r: 8, t: 34, b: 8 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: colours.text, family: colours.font, size: 13 },
    xaxis: { ...axis, title: { text: data.xTitle }, rangemode: "tozero", showticklabels: !empty, showgrid: false, showline: true },
    yaxis: { ...axis, title: { text: data.yTitle }, tickformat: data.yFormat, showticklabels: !empty, nticks: 6, ...share },
    showlegend: data.curves.length > 1,
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", xanchor: "left" },
    hovermode: "x unified",
    modebar: { bgcolor: "rgba(0,0,0,0)", color: colours.faint, activecolor: colours.text },
    hoverlabel: { bgcolor: colours.background, bordercolor: colours.grid, font: { color: colours.text } },
    shapes: data.marks.map((mark) => ({
      type: "line", x0: mark.x, x1: mark.x, y0: 0, y1: 1, yref: "paper", line: { color: colours.text, width: 1, dash: "dot" },
    })),
    annotations,
  }
}

export default function ({ data, parentElement }) {
  const node = parentElement.querySelector(".studio-live-chart")
  if (!node || !data) return
  node.setAttribute("role", "img")
  node.setAttribute("aria-label", data.alt)
  const traces = data.curves.map((curve) => ({
    type: "scatter", name: curve.name, x: curve.x, y: curve.y, mode: curve.mode,
    line: { color: curve.colour, width: curve.width, dash: curve.dash }, marker: { color: curve.colour, size: 6 },
  }))
  node.latest = { traces, layout: layout(data, theme(node)) }
  plotly(data.library)
    .then((library) => {
      if (!node.isConnected) return
      library.react(node, node.latest.traces, node.latest.layout, SHOWN)
      if (!observers.has(node)) {
        const observer = new ResizeObserver(() => node.offsetWidth && library.Plots.resize(node))
        observer.observe(node)
        observers.set(node, observer)
      }
    })
    .catch((error) => { node.textContent = `The curves cannot be drawn: ${error.message}.` })
  return () => {
    observers.get(node)?.disconnect()
    if (window.Plotly) window.Plotly.purge(node)
  }
}
