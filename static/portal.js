/* What htmx leaves undone: focus after a page change, saying that a page loads, and answers that are not a page. */
(() => {
  "use strict";
  const find = (selector) => document.querySelector(selector);
  let next = null; // where the pressed button asks the focus to go: its data-focus
  let waiting = 0;

  const focus = () => {
    const target = (next && find(next)) || find(".error-summary") || find("#page .flash") || find("h1") || find("#main");
    next = null;
    if (!target) return;
    if (!target.matches("a, button, input, select, textarea, [tabindex]")) target.tabIndex = -1;
    target.focus();
  };

  const say = (text) => { find("#loading [role=status]").textContent = text; };

  // Some readers no longer hear a table in one that is laid out as cards: what its parts are is said aloud.
  const parts = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", td: "cell", "thead th": "columnheader", "tbody th": "rowheader" };
  const name = (root) => {
    for (const table of root.querySelectorAll?.("table.stacking:not([role])") ?? []) {
      for (const [part, role] of Object.entries(parts)) table.querySelectorAll(part).forEach((each) => { each.setAttribute("role", role); });
      table.setAttribute("role", "table");
    }
  };
  name(document);
  document.addEventListener("htmx:load", (event) => name(event.target.parentNode ?? document));

  // How many were found is said when a search or a choice changes an overview.
  document.addEventListener("htmx:afterSettle", (event) => {
    const found = event.detail.boosted ? null : event.target.querySelector?.("caption, .empty-title");
    if (found && event.target.id) say(found.textContent);
  });

  // The same announcement on a first load, where the server cannot move the focus.
  if (find(".error-summary")) focus();

  document.addEventListener("htmx:beforeRequest", (event) => {
    find("#connection-lost").hidden = true;
    const pressed = event.detail.requestConfig.triggeringEvent?.submitter;
    next = pressed?.dataset.focus ?? null;
    if (event.detail.boosted) waiting = setTimeout(() => say(find("#loading [role=status]").dataset.text), 700);
  });

  document.addEventListener("htmx:afterRequest", () => { clearTimeout(waiting); say(""); });

  // A download, or a page from outside the portal's layout, is opened as the browser itself would.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, boosted, requestConfig } = event.detail;
    if (!boosted || /id="page"/.test(xhr.responseText)) return;
    event.detail.shouldSwap = false;
    if (requestConfig.verb === "get") location.assign(xhr.responseURL || requestConfig.path);
    else lost();
  });

  // After htmx has scrolled to the top, so that what gets the focus is also in sight.
  document.addEventListener("htmx:afterSettle", (event) => { if (event.detail.boosted) setTimeout(focus); });

  const lost = () => {
    const notice = find("#connection-lost");
    notice.hidden = false;
    notice.focus();
  };
  document.addEventListener("htmx:sendError", lost);
  document.addEventListener("htmx:timeout", lost);
})();
