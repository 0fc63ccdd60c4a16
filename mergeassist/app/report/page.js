
(() => {
  "use strict";
  const by = (id) => document.getElementById(id);
  const form = by("filters");
  if (!form) return;
  const all = [...document.querySelectorAll("#conflicts > article")];
  const texts = new Map(); // of an article, in lower case, once somebody has searched
  let current = null;

  const textOf = (article) => {
    if (!texts.has(article)) texts.set(article, article.textContent.toLowerCase());
    return texts.get(article);
  };
  const bound = (id, otherwise) => {
    const value = by(id).valueAsNumber;
    return Number.isNaN(value) ? otherwise : value;
  };

  function filter() {
    const wanted = by("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    const file = by("file").value, status = by("status").value;
    const low = bound("low", 0), high = bound("high", 1);
    const ranged = low > 0 || high < 1;
    let seen = 0;
    for (const article of all) {
      const { file: path, status: state, p } = article.dataset;
      const fits = (!file || path === file) && (!status || state === status)
        && (!ranged || (p !== "" && Number(p) >= low && Number(p) <= high))
        && wanted.every((word) => textOf(article).includes(word));
      article.hidden = !fits;
      seen += fits;
    }
    by("count").value = `${seen} of ${all.length}`;
    if (current && current.hidden) mark(null);
  }

  function mark(article) {
    if (current) current.classList.remove("current");
    current = article;
    if (!article) return;
    article.classList.add("current");
    article.focus({ preventScroll: true });
    article.scrollIntoView({ block: "start" });
  }

  function step(by) {
    const visible = all.filter((article) => !article.hidden);
    if (!visible.length) return;
    const at = visible.indexOf(current);
    const next = at < 0 ? (by > 0 ? 0 : visible.length - 1) : at + by;
    mark(visible[Math.min(Math.max(next, 0), visible.length - 1)]);
  }

  function fold(articles) {
    const folds = articles.map((article) => article.querySelector("details"));
    const open = !folds.every((each) => each.open);
    for (const each of folds) each.open = open;
  }

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    g: () => step(-all.length),
    G: () => step(all.length),
    o: () => current && fold([current]),
    O: () => all.length && fold(all),
    "/": () => { by("text").focus(); by("text").select(); },
    "?": () => by("help").open ? by("help").close() : by("help").showModal(),
    Escape: () => { form.reset(); },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const field = event.target.closest && event.target.closest("input, select, textarea");
    if (field) {
      if (event.key === "Escape" || (event.key === "Enter" && field.id === "text")) {
        event.preventDefault();
        field.blur();
      }
      return;
    }
    if (by("help").open && event.key !== "?") return; // the dialog closes itself on Escape
    if (Object.hasOwn(keys, event.key)) {
      event.preventDefault();
      keys[event.key]();
    }
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  by("keys").addEventListener("click", () => by("help").showModal());
  by("conflicts").addEventListener("click", (event) => {
    const article = event.target.closest("article");
    if (article && article !== current) {
      if (current) current.classList.remove("current");
      current = article;
      article.classList.add("current");
    }
  });
  form.hidden = false;
  filter();
})();
