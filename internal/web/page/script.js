"use strict";
(function () {
  // Copying needs a script; without one the words can be selected.
  function textOf(button) {
    var from = button.previousElementSibling;
    return button.dataset.copy === "link" ? from.href : from.textContent + " " + linkNear(button);
  }
  function linkNear(button) {
    var a = button.closest(".pop, .share").querySelector(".perma");
    return a ? a.href : "";
  }
  function copy(text, done) {
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(done, function () {});
      return;
    }
    var box = document.createElement("textarea");
    box.value = text;
    document.body.append(box);
    box.select();
    if (document.execCommand("copy")) done();
    box.remove();
  }
  function showButtons(root) {
    root.querySelectorAll("button.copy[hidden]").forEach(function (b) { b.hidden = false; });
  }
  showButtons(document);
  document.addEventListener("click", function (e) {
    var b = e.target.closest("button.copy");
    if (!b) return;
    copy(textOf(b), function () {
      var was = b.textContent;
      b.textContent = "已复制";
      setTimeout(function () { b.textContent = was; }, 1500);
    });
  });

  // What is folded away on the screen is wanted on paper.
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("main details").forEach(function (d) { d.open = true; });
  });

  // Questions are asked without leaving the page.
  var thread = document.getElementById("thread"), form = document.getElementById("ask");
  if (!thread || !form || !window.fetch) return;
  function part(url, options) {
    options.headers = { "X-Wence-Part": "1" };
    options.credentials = "same-origin";
    return fetch(url, options).then(function (r) {
      if (!(r.headers.get("Content-Type") || "").startsWith("text/html")) throw new Error(r.status);
      return r.text();
    });
  }
  // What a language model adds comes when the answer stands there already.
  function machine(root) {
    root.querySelectorAll("form.machine").forEach(function (f) {
      var body = new URLSearchParams({ id: f.elements.id.value, machine: "1" });
      var wait = document.createElement("p");
      wait.className = "wait";
      wait.textContent = "语言模型正在归纳……";
      f.replaceWith(wait);
      part("/", { method: "POST", body: body }).then(function (html) {
        var slot = document.createElement("div");
        slot.innerHTML = html;
        wait.replaceWith(slot);
      }, function () { wait.remove(); });
    });
  }
  machine(document);
  function ask(text, plan) {
    var body = new URLSearchParams({ q: text, plan: plan || (form.plan ? form.plan.value : "") });
    if (form.talk) body.set("talk", form.talk.value);
    var slot = document.createElement("div");
    slot.innerHTML = '<p class="wait">正在查……</p>';
    thread.append(slot);
    part("/", { method: "POST", body: body }).then(function (html) {
      slot.innerHTML = html;
      machine(slot);
      form.q.value = "";
      form.querySelector("label").textContent = "接着问";
      var start = document.querySelector(".start");
      if (start) start.hidden = true;
      document.querySelector(".anew").hidden = false;
      slot.scrollIntoView({ block: "start" });
      form.q.focus({ preventScroll: true });
    }, function () { form.q.value = text; form.submit(); });
  }
  form.addEventListener("submit", function (e) {
    var text = form.q.value.trim();
    if (!text) return;
    e.preventDefault();
    ask(text);
  });
  document.addEventListener("click", function (e) {
    var a = e.target.closest("a[data-ask]");
    if (!a || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    ask(a.dataset.ask, a.dataset.plan);
  });
  thread.addEventListener("submit", function (e) {
    var f = e.target.closest("form.rate");
    if (!f) return;
    e.preventDefault();
    var body = new URLSearchParams({ id: f.elements.id.value, rate: e.submitter.value });
    part("/", { method: "POST", body: body }).then(function (html) {
      f.innerHTML = html;
    }, function () { f.textContent = "没有记下，请再试。"; });
  });
})();
