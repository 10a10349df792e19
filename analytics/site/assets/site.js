/* Draws Vega over each still picture, tells a frame's height to the page around it, and says when an edition is old. */
(function () {
  "use strict";
  function draw(box) {
    var spec = JSON.parse(box.querySelector("script").textContent);
    var place = document.createElement("div");
    place.setAttribute("aria-hidden", "true");
    box.appendChild(place);
    return window.vegaEmbed(place, spec, { mode: "vega", ast: true, renderer: "svg", actions: false }).then(
      function () {
        box.querySelectorAll(".wide, .narrow").forEach(function (still) { still.remove(); });
        box.dataset.drawn = "vega";
        tell();
      },
      function () { place.remove(); }
    );
  }
  function tell() {
    if (window.parent !== window) {
      window.parent.postMessage({ kooch: "height", height: document.documentElement.scrollHeight }, "*");
    }
  }
  var latest = window.koochLatest, link = document.getElementById("latest");
  if (latest && link && latest !== document.body.dataset.edition) {
    var notice = document.createElement("p");
    notice.className = "outdated";
    notice.append("A newer edition stands at ", Object.assign(link.cloneNode(true), { id: "", textContent: "this address" }), ".");
    document.querySelector("main").prepend(notice);
  }
  if (window.vegaEmbed) document.querySelectorAll(".chart").forEach(function (box) {
    draw(box).catch(function () { /* The still picture stays. */ });
  });
  window.addEventListener("load", tell);
  window.addEventListener("resize", tell);
})();
