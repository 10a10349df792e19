/* On the page around a frame: fits each frame from Kooch to its height. */
window.addEventListener("message", function (event) {
  if (!event.data || event.data.kooch !== "height") return;
  document.querySelectorAll("iframe").forEach(function (frame) {
    if (frame.contentWindow === event.source) frame.style.height = event.data.height + "px";
  });
});
