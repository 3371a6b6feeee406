/**
 * The first script of every page, before any other: the policy by which HTML and script addresses become trusted.
 * HTML passes (it comes from our own templates, which escape); scripts load from /static/ and /sw.js alone; text never
 * becomes a script: only the empty one passes, which a part read again with its page's scripts sets. Browsers without trusted types need nothing.
 *
 * The room's text size, too: a page that the device kept was made before it was chosen, and must not move when it is.
 */
(function () {
  var set = document.documentElement.dataset;
  var size = document.cookie.match('text-' + set.textOf + '=(\\d+)');
  if (size) set.text = size[1];
  var types = window.trustedTypes;
  if (!types || !types.createPolicy || types.defaultPolicy) return;
  types.createPolicy('default', {
    createHTML: function (html) { return html; },
    createScript: function (text) {
      if (text === '') return '';
      throw new TypeError('script refused');
    },
    createScriptURL: function (address) {
      var url = new URL(address, document.baseURI);
      if (url.origin === location.origin && (url.pathname.indexOf('/static/') === 0 || url.pathname === '/sw.js')) return url.href;
      throw new TypeError('script address refused: ' + url.href);
    },
  });
})();
