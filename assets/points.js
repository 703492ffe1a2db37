// Draws points, lets the reader choose some, and shows what lies under the pointer, which is asked for when it is pointed at.

const PAUSE = 40 // ms that the pointer rests before a point is asked for
const KEPT = 500 // points whose telling is remembered
const PICTURE = 160 // pixels
const WHOLE = "M9 3H3v6h2V5h4V3zm6 0v2h4v4h2V3h-6zM5 15H3v6h6v-2H5v-4zm14 4h-4v2h6v-6h-2v4z" // the corners of a screen

// {trace: the points of its own that are chosen}; nothing where none is, so that none is pale
function selected(traces, chosen) {
  const wanted = new Set(chosen)
  return traces.map((trace) => {
    if (!wanted.size) return null
    const own = []
    trace.items.forEach((item, place) => wanted.has(item) && own.push(place))
    return own
  })
}

// Plotly takes tags in a text for markup
function plain(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
}

function same(one, other) {
  return one.length === other.length && one.every((value, place) => value === other[place])
}

function drawn(data) {
  const column = (name) => data.points.getChild(name).toArray()
  const [x, y, items] = [column("x"), column("y"), column("item")]
  let end = 0
  return data.layers.map((layer, place) => {
    const start = end
    end += layer.count
    return {
      type: "scattergl", mode: "markers", hoverinfo: "none", name: plain(layer.label), showlegend: data.layers.length > 1 && !layer.scaled,
      legendrank: layer.named ? place : 1000, x: x.subarray(start, end), y: y.subarray(start, end), items: items.subarray(start, end),
      marker: {
        size: data.size, opacity: data.opacity, color: layer.colour,
        symbol: layer.hollow ? "circle-open" : "circle",
        ...(layer.scaled && {
          color: column("value").subarray(start, end), cmin: data.scale.low, cmax: data.scale.high,
          colorscale: data.scale.colours.map((colour, step, all) => [step / (all.length - 1), colour]),
          colorbar: {
            title: { text: plain(data.scale.title), side: "top" }, orientation: "h", thickness: 10, lenmode: "pixels", len: 260, x: 0,
            xanchor: "left", y: -0.01, yanchor: "top", nticks: 9, outlinewidth: 0,
          },
        }),
      },
      selected: { marker: { opacity: 1 } }, unselected: { marker: { opacity: 0.18 } },
    }
  })
}

function layout(data, colours) {
  const axis = () => ({ visible: false, showgrid: false, zeroline: false }) // Plotly writes into what it is given
  const ground = /^#[0-9a-f]{6}$/i.test(colours.background) ? `${colours.background}c0` : colours.background
  return {
    uirevision: data.view, // the reader's zoom survives another colouring
    autosize: true, margin: { l: 0, r: 0, t: 30, b: 4 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: colours.text, family: colours.font, size: 13 }, xaxis: axis(), yaxis: axis(), hovermode: "closest", dragmode: "lasso",
    clickmode: "event+select", hoverdistance: 12,
    legend: { orientation: "h", x: 0, y: -0.01, yanchor: "top", itemsizing: "constant", font: { size: 12 }, uirevision: data.version },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: colours.faint, activecolor: colours.text },
    annotations: data.names.map((name) => ({
      x: name.x, y: name.y, text: plain(name.text), showarrow: false, font: { size: 11 },
      bgcolor: ground, borderpad: 2, bordercolor: name.colour, borderwidth: 1,
    })),
  }
}

function buttons(node) {
  const whole = {
    name: "whole", title: "Full screen", icon: { width: 24, height: 24, path: WHOLE },
    click: () => (document.fullscreenElement ? document.exitFullscreen() : node.parentNode.requestFullscreen()),
  }
  return { displaylogo: false, modeBarButtons: [["lasso2d", "select2d"], ["pan2d", "zoom2d", "zoomIn2d", "zoomOut2d", "resetScale2d"],
    ["toImage", whole]] }
}

// A small card beside the pointer
class Tip {
  constructor(node) {
    this.node = node
    this.told = new Map()
    this.card = document.createElement("div")
    this.card.setAttribute("role", "tooltip")
    Object.assign(this.card.style, {
      position: "absolute", display: "none", pointerEvents: "none", zIndex: 2, maxWidth: "340px", padding: "8px 10px", borderRadius: "6px",
      fontSize: "13px", lineHeight: "1.35", overflowWrap: "anywhere",
    })
    node.parentNode.append(this.card)
  }

  show(item, address, event) {
    this.item = item
    this.at = event
    clearTimeout(this.waits)
    this.waits = setTimeout(async () => {
      const told = await this.ask(`${address}/${item}`)
      if (told && this.item === item) this.draw(told)
    }, PAUSE)
  }

  hide() {
    this.item = null
    clearTimeout(this.waits)
    this.card.style.display = "none"
  }

  async ask(address) {
    if (!this.told.has(address)) {
      if (this.told.size > KEPT) this.told.delete(this.told.keys().next().value)
      const asked = fetch(address).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null)
      this.told.set(address, asked)
      asked.then((told) => told ?? this.told.delete(address)) // the studio may be there again later
    }
    return this.told.get(address)
  }

  draw(told) {
    const colours = theme(this.node)
    Object.assign(this.card.style, {
      display: "block", background: colours.background, color: colours.text, border: `1px solid ${colours.grid}`,
      boxShadow: "0 2px 8px rgba(0,0,0,0.18)",
    })
    this.card.replaceChildren()
    if (told.image) {
      const image = new Image()
      image.src = told.image
      image.alt = ""
      Object.assign(image.style, { display: "block", maxWidth: `${PICTURE}px`, maxHeight: `${PICTURE}px`, marginBottom: "6px" })
      image.decode().catch(() => {}).then(() => this.place())
      this.card.append(image)
    }
    const name = document.createElement("div")
    name.textContent = told.name
    this.card.append(name)
    for (const [column, cell] of told.cells) {
      const line = document.createElement("div")
      line.style.color = colours.faint
      line.textContent = `${column}: ${cell}`
      this.card.append(line)
    }
    this.place()
  }

  // To the right of the pointer and below it, or on the other side where there is no room
  place() {
    const box = this.node.getBoundingClientRect()
    const [x, y] = [this.at.clientX - box.left, this.at.clientY - box.top]
    const { offsetWidth: width, offsetHeight: height } = this.card
    const left = x + 14 + width <= box.width ? x + 14 : Math.max(0, x - 14 - width)
    const top = y + 14 + height <= box.height ? y + 14 : Math.max(0, y - 14 - height)
    Object.assign(this.card.style, { left: `${left}px`, top: `${top}px` })
  }
}

function follow(node, library) {
  const tip = new Tip(node)
  node.follower = new AbortController()
  const { signal } = node.follower
  const pick = (points) => {
    const items = points.map((point) => node.traces[point.curveNumber].items[point.pointNumber]).sort((one, other) => one - other)
    if (same(items, node.chosen)) return
    node.chosen = items
    node.tell(items)
  }
  node.on("plotly_selected", (event) => event && pick(event.points))
  node.on("plotly_deselect", () => pick([]))
  node.on("plotly_hover", ({ points: [point], event }) => tip.show(node.traces[point.curveNumber].items[point.pointNumber], node.address, event))
  node.on("plotly_unhover", () => tip.hide())
  node.addEventListener("pointerdown", () => tip.hide(), { signal })
  const observer = new ResizeObserver(() => node.offsetWidth && library.Plots.resize(node))
  observer.observe(node)
  signal.addEventListener("abort", () => {
    observer.disconnect()
    tip.hide()
    tip.card.remove()
  })
  const frame = node.parentNode
  frame.addEventListener("fullscreenchange", () => {
    node.style.height = document.fullscreenElement === frame ? "100vh" : `${node.tall}px`
    frame.style.background = theme(node).background
  }, { signal })
}

async function update(node, data) {
  const library = await plotly(data.library)
  if (!node.isConnected || node.latest !== data) return // another one came meanwhile
  const chosen = [...data.chosen.getChild("item").toArray()]
  const colours = theme(node)
  const version = JSON.stringify([data.version, colours])
  const known = node.version === version
  if (known && same(chosen, node.chosen)) return
  if (!known) {
    node.traces = drawn(data)
    node.shape = layout(data, colours)
    node.version = version
  }
  node.chosen = chosen
  selected(node.traces, chosen).forEach((own, place) => { node.traces[place] = { ...node.traces[place], selectedpoints: own } })
  node.shape = { ...node.shape, selections: [] }
  node.buttons ??= buttons(node) // the same ones: with others Plotly would begin anew, and forget the reader's zoom
  await library.react(node, node.traces, node.shape, node.buttons)
  if (!node.follower) follow(node, library)
}

export default function ({ data, parentElement, setTriggerValue }) {
  const node = parentElement.querySelector(".studio-points")
  if (!node || !data) return
  node.setAttribute("role", "img")
  node.setAttribute("aria-label", data.alt)
  node.parentNode.style.position = "relative"
  node.tall = data.height
  if (!document.fullscreenElement) node.style.height = `${data.height}px`
  node.latest = data
  node.address = data.tells
  node.tell = (items) => setTriggerValue("picked", items)
  update(node, data).catch((error) => { node.textContent = `The points cannot be drawn: ${error.message}.` })
  return () => {
    if (node.isConnected && node.latest !== data) return // overtaken by a later call, which draws here
    node.follower?.abort()
    node.follower = node.version = undefined // a call may yet follow
    if (window.Plotly) window.Plotly.purge(node)
  }
}
