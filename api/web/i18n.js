// Languages: the words of the page, names, numbers and dates. Chinese where neither the address nor the browser asks otherwise.
import en from './messages/en.js';
import zh from './messages/zh-CN.js';
import { currentRoute, replaceParams, watchRoute } from './router.js';
import { createStore, useStore } from './store.js';

/** @typedef {'zh-CN' | 'en'} Language */

const dictionaries = /** @type {Record<Language, Record<string, string>>} */ ({ 'zh-CN': zh, en });

/** @returns {Language} */
function wanted() {
  const asked = currentRoute().params.lang ?? localStorage.getItem('qiao.language');
  if (asked === 'en' || asked === 'zh-CN') return asked;
  for (const name of navigator.languages ?? []) {
    if (name.startsWith('zh')) return 'zh-CN';
    if (name.startsWith('en')) return 'en';
  }
  return 'zh-CN';
}

const store = createStore(wanted());
document.documentElement.lang = store.get();
watchRoute(() => {
  if (wanted() !== store.get()) apply(wanted());
});

/** @param {Language} next */
function apply(next) {
  document.documentElement.lang = next;
  store.set(next);
}

/** @param {Language} next */
export function setLanguage(next) {
  localStorage.setItem('qiao.language', next);
  replaceParams({ lang: next });
  apply(next);
}

export const language = () => store.get();
export const useLanguage = () => useStore(store);
/** The key of the language in answers of the service: "zh" or "en". */
export const shortLanguage = () => /** @type {'zh' | 'en'} */ (store.get() === 'en' ? 'en' : 'zh');

/**
 * The words for a key, with {names} filled in.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  const text = dictionaries[store.get()][key] ?? dictionaries['zh-CN'][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Is there a text for this key? @param {string} key */
export const has = (key) => key in dictionaries['zh-CN'];

/**
 * One of the texts of a field, with its language: the reader's own where there is one, else English, else what there is.
 * @param {Record<string, string> | string | null | undefined} texts
 * @returns {{text: string, lang: string}}
 */
export function pick(texts) {
  if (texts == null) return { text: '', lang: language() };
  if (typeof texts === 'string') return { text: texts, lang: '' };
  for (const lang of [shortLanguage(), 'en', 'zh', ...Object.keys(texts)]) if (texts[lang]) return { text: texts[lang], lang };
  return { text: '', lang: language() };
}

/** @param {number} value @param {Intl.NumberFormatOptions} [options] */
export const number = (value, options) => new Intl.NumberFormat(language(), options).format(value);
/** An amount, or from one to another: 300万–800万元, CNY 3,000,000–8,000,000. @param {number} min @param {number} max @param {string | null | undefined} currency */
export function money(min, max, currency) {
  const zh = shortLanguage() === 'zh';
  /** @type {Intl.NumberFormatOptions} */
  const how = zh ? { notation: 'compact', maximumFractionDigits: 2 } : { maximumFractionDigits: 2 };
  const amounts = [...new Set([min, max])].map((value) => number(value, how));
  if (!currency) return amounts.join('–');
  return zh ? `${amounts.join('–')}${currency === 'CNY' ? '元' : new Intl.DisplayNames('zh-CN', { type: 'currency' }).of(currency) ?? currency}` : `${currency} ${amounts.join('–')}`;
}
/** Of millionths. @param {number} micro */
export const percent = (micro) => number(micro / 1e6, { style: 'percent', maximumFractionDigits: 0 });

/** @param {string | null | undefined} text a date or time of the service */
export function date(text) {
  const time = text ? new Date(text) : null;
  if (!time || Number.isNaN(time.getTime())) return '';
  return new Intl.DateTimeFormat(language(), { year: 'numeric', month: 'short', day: 'numeric', timeZone: 'UTC' }).format(time);
}
