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
