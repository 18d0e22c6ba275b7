// Before anything paints: the appearance that this person chose, else the system's, and the language of the page.
(function () {
  var scheme = 'auto';
  var locale = null;
  try {
    scheme = localStorage.getItem('mantine-color-scheme-value') || 'auto';
    locale = localStorage.getItem('PARAGLIDE_LOCALE');
  } catch (_) {
    // Storage is switched off.
  }
  var dark = scheme === 'dark' || (scheme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
  if (locale) document.documentElement.lang = locale;
})();
