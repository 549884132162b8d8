// What makes the pages quicker to work with. Every page works without it.
"use strict";

(() => {
  document.documentElement.classList.add("js");

  // The error summary takes the focus, also where a part of the page was exchanged.
  const focusSummary = (root) => root.querySelector("[data-focus]")?.focus();

  // A region scrolls and takes a tab stop only while its table is wider; else the table's heading sticks to the window.
  const fitRegions = () => {
    for (const region of document.querySelectorAll(".table-scroll, .sheet-a4")) {
      region.classList.remove("fits");
      const fits = region.scrollWidth <= region.clientWidth;
      region.classList.toggle("fits", fits);
      if (fits) region.removeAttribute("tabindex");
      else region.tabIndex = 0;
    }
  };

  const countTicked = () => {
    for (const bar of document.querySelectorAll("[data-bulk]")) {
      const name = CSS.escape(bar.dataset.bulk);
      const ticked = (bar.closest("form") ?? document).querySelectorAll(`input[type=checkbox][name="${name}"]:checked`).length;
      bar.toggleAttribute("data-empty", ticked === 0);
      bar.querySelector("[data-bulk-count]").textContent = String(ticked);
    }
  };

  // The names of the chosen files, beside our own words for choosing them.
  const nameFiles = (input) => {
    const names = input.closest(".file")?.querySelector(".file-names");
    if (names) names.textContent = Array.from(input.files, (file) => file.name).join(", ") || names.dataset.none;
  };
  document.addEventListener("change", (event) => {
    if (event.target.type === "file") nameFiles(event.target);
  });

  const release = (form) => {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button[aria-disabled]")) {
      button.removeAttribute("aria-disabled");
      button.classList.remove("busy");
    }
  };

  const start = () => {
    focusSummary(document);
    fitRegions();
    countTicked();
    document.querySelectorAll("input[type=file]").forEach(nameFiles);
  };

  document.addEventListener("DOMContentLoaded", start);
  window.addEventListener("resize", fitRegions);
  // Back from the browser's memory: the forms can be sent again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
    countTicked();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    focusSummary(event.target);
    fitRegions();
    countTicked();
  });

  // A row opens by a click anywhere on it; its link stays the way of the keyboard.
  const interactive = "a, button, input, select, textarea, label, summary";
  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-href]");
    if (row && !event.target.closest(interactive) && !String(getSelection())) {
      if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
      else location.assign(row.dataset.href);
    }
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    const opener = event.target.closest("[data-print]");
    if (opener) window.print();
    const all = event.target.closest("input[data-tick-all]");
    if (all) {
      for (const box of all.form.querySelectorAll(`input[type=checkbox][name="${CSS.escape(all.dataset.tickAll)}"]`)) box.checked = all.checked;
      countTicked();
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("input[type=checkbox]")) countTicked();
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  const stops = "input:not([type=hidden], [disabled], [tabindex='-1']), select:not([disabled]), textarea:not([disabled]), button[type=submit]:not([disabled])";
  const next = (field) => {
    const all = [...field.form.querySelectorAll(stops)].filter((stop) => stop.offsetParent);
    // A group of radio buttons is one stop.
    const others = all.filter((stop) => stop === field || stop.type !== "radio" || stop.name !== field.name);
    return others[others.indexOf(field) + 1];
  };

  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
    if ((event.ctrlKey || event.metaKey) && event.key === "k") {
      const box = document.querySelector("[data-search]");
      if (box) {
        event.preventDefault();
        box.select();
      }
    }
    // Card readers end with Enter: it leads on to the next field and never sends the form.
    if (event.key === "Enter" && !event.isComposing && target.matches("form[data-enter-next] input, form[data-enter-next] select")) {
      event.preventDefault();
      next(target)?.focus();
    }
    // Decisions one after the other: the form is sent from wherever one is in it.
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && target.closest?.("form[data-quick]")) {
      event.preventDefault();
      target.closest("form").requestSubmit();
    }
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && target.matches("tr[data-href] a")) {
      let row = target.closest("tr");
      do row = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
      while (row && !row.matches("[data-href]"));
      const link = row?.querySelector("a");
      if (link) {
        event.preventDefault();
        link.focus();
      }
    }
  });

  // A form is sent once; what deserves a second thought asks first.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (form.dataset.sent !== undefined || (question && !window.confirm(question))) {
      event.preventDefault();
      return;
    }
    const repeats = form.hasAttribute("data-repeat") || event.submitter?.hasAttribute("data-repeat");
    if (form.method !== "post" || repeats || event.defaultPrevented) return;
    form.dataset.sent = "";
    for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-disabled", "true");
    event.submitter?.classList.add("busy");
  });
})();
