// What every component that draws with Plotly has in front: the library, fetched once, and the page's colours.

function plotly(address) {
  if (window.Plotly) return Promise.resolve(window.Plotly)
  window.studioPlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = address
    script.onload = () => resolve(window.Plotly)
    script.onerror = () => {
      delete window.studioPlotly
      reject(new Error("the chart library could not be loaded"))
    }
    document.head.append(script)
  })
  return window.studioPlotly
}

function theme(node) {
  const style = getComputedStyle(node)
  const read = (name, other) => style.getPropertyValue(name).trim() || other
  return {
    text: read("--st-text-color", "#444"),
    grid: read("--st-border-color", "#ccc"),
    background: read("--st-background-color", "#fff"),
    faint: read("--st-gray-text-color", "#777"),
    font: read("--st-font", "sans-serif"),
  }
}

