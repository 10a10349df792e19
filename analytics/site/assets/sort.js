/* Sorts a table by the column whose button is pressed; what was not read comes last. */
(function () {
  "use strict";
  document.querySelectorAll("table.sortable").forEach(function (table) {
    table.querySelectorAll("thead button").forEach(function (button) {
      button.addEventListener("click", function () {
        var head = button.parentNode, column = head.cellIndex, body = table.tBodies[0];
        var up = head.getAttribute("aria-sort") !== "ascending";
        table.querySelectorAll("th[aria-sort]").forEach(function (one) { one.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        var rows = Array.from(body.rows).map(function (row) { return [row.cells[column].dataset.value, row]; });
        rows.sort(function (one, other) {
          if (one[0] === other[0]) return 0;
          if (one[0] === "") return 1;
          if (other[0] === "") return -1;
          var order = head.dataset.kind === "number" ? one[0] - other[0] : one[0].localeCompare(other[0]);
          return up ? order : -order;
        });
        rows.forEach(function (pair) { body.append(pair[1]); });
      });
    });
  });
})();
