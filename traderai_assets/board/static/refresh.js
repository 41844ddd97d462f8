"use strict";
// Shows a page anew when what it shows has changed: the server says so, nobody asks again and again.
// A tab that nobody sees has no connection; it catches up when it is seen.
(() => {
  const meta = () => document.querySelector('meta[name="traderai-seen"]');
  const sign = document.getElementById("connection");
  const SECONDS_LATER = 5;
  let source = null, busy = false, again = false, waiting = 0, told = "";

  function say(text, kind) {
    sign.textContent = text;
    sign.className = `connection ${kind}`;
  }

  function folded(root) {
    return [...root.querySelectorAll("details")].map((one, index) => [index, one.open]);
  }

  function sortedBy(root) {
    return [...root.querySelectorAll("th[aria-sort]")].map((head) =>
      [head.closest("figure").dataset.name, head.cellIndex, head.getAttribute("aria-sort")]);
  }

  function sortAgain(root, sorted) {
    for (const [name, index, way] of sorted) {
      const head = root.querySelector(`figure[data-name="${CSS.escape(name)}"] thead`)?.rows[0].cells[index];
      const press = head?.querySelector("button");
      if (!press) continue;
      press.click();
      if (head.getAttribute("aria-sort") !== way) press.click();
    }
  }

  function put(page) {
    const before = document.querySelector("main"), after = page.querySelector("main");
    const open = folded(before), same = before.querySelectorAll("details").length === after.querySelectorAll("details").length;
    const boxes = [...before.querySelectorAll(".box")].map((one) => [one.scrollLeft, one.scrollTop]);
    const sorted = sortedBy(before);
    const held = document.activeElement?.getAttribute("href"), top = scrollY;
    before.replaceChildren(...document.adoptNode(after).childNodes);
    if (same) for (const [index, was] of open) before.querySelectorAll("details")[index].open = was;
    [...before.querySelectorAll(".box")].forEach((one, index) => {
      if (boxes[index]) [one.scrollLeft, one.scrollTop] = boxes[index];
    });
    for (const part of ["header .about", "footer .facts"]) {
      const old = document.querySelector(part), fresh = page.querySelector(part);
      if (old && fresh) old.replaceChildren(...document.adoptNode(fresh).childNodes);
    }
    meta().content = page.querySelector('meta[name="traderai-seen"]').content;
    window.traderaiPage?.draw(before);
    sortAgain(before, sorted);
    if (held) before.querySelector(`a[href="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
    scrollTo({ top, behavior: "instant" });
  }

  async function refresh() {
    if (busy) { again = true; return; }
    // Not under the hands of who is marking something
    if (String(getSelection())) { clearTimeout(waiting); waiting = setTimeout(refresh, 1000 * SECONDS_LATER); return; }
    busy = true;
    try {
      do {
        again = false;
        const answer = await fetch(location.href, { cache: "no-store", headers: { Accept: "text/html" } });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (page.querySelector("main") && page.querySelector('meta[name="traderai-seen"]')) put(page);
      } while (again);
      // A page that is costly is not made anew at once: then this one is still of before
      clearTimeout(waiting);
      if (told && meta().content !== told) waiting = setTimeout(refresh, 1000 * SECONDS_LATER);
    } catch {
      say("not connected", "bad"); // The connection's own end is told by `error`, and tried again
    } finally {
      busy = false;
    }
  }

  function listen() {
    if (source || document.hidden) return;
    const asked = new URLSearchParams({ page: location.pathname, seen: meta().content });
    source = new EventSource(`/events?${asked}`);
    source.addEventListener("open", () => say("live", "good"));
    source.addEventListener("changed", (event) => { told = event.data; refresh(); });
    source.addEventListener("error", () => say("not connected", "bad"));
  }

  function rest() {
    source?.close();
    source = null;
    clearTimeout(waiting);
    say("resting", "plain");
  }

  for (const link of document.querySelectorAll("nav.menu a")) {
    const path = link.getAttribute("href");
    if (path === location.pathname || (path !== "/" && location.pathname.startsWith(path + "/"))) link.setAttribute("aria-current", "page");
  }
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
  addEventListener("pagehide", rest);
  addEventListener("pageshow", listen);
  listen();
})();
