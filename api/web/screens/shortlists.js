// Shortlists: what was put aside for a talk or a meeting.
import { get, post } from '../api.js';
import { Loading, ProblemNote } from '../components/parts.js';
import { useData, useTitle } from '../hooks.js';
import { number, t } from '../i18n.js';
import { go, href } from '../router.js';
import { html, useState } from '../vendor/preact.js';

export default function Shortlists() {
  const { data, problem, again } = useData((signal) => get('v1/shortlists', {}, signal), []);
  const [name, setName] = useState('');
  const [failed, setFailed] = useState(/** @type {any} */ (null));
  useTitle(t('nav.shortlists'));
  const add = async (event) => {
    event.preventDefault();
    try {
      const list = await post('v1/shortlists', { name, items: [] });
      go(href(['shortlists', list.id]));
    } catch (error) {
      setFailed(error);
    }
  };
  if (problem) return html`<${ProblemNote} problem=${problem} again=${again} />`;
  if (!data) return html`<${Loading} />`;
  return html`
    <h1>${t('nav.shortlists')}</h1>
    <p class="lead">${t('shortlists.lead')}</p>
    <form class="tools" onSubmit=${add}>
      <label class="sort"><span>${t('shortlists.name')}</span><input required maxlength="200" value=${name} onInput=${(event) => setName(event.target.value)} /></label>
      <button type="submit">${t('shortlists.new')}</button>
    </form>
    ${failed && html`<${ProblemNote} problem=${failed} />`}
    ${data.shortlists.length === 0 ? html`<div class="empty"><h2>${t('shortlists.empty')}</h2><p>${t('shortlists.empty_hint')}</p></div>` : html`
      <ul class="hits">${data.shortlists.map((list) => html`
        <li class="hit" key=${list.id}><h2><a href=${href(['shortlists', list.id])}><bdi>${list.name}</bdi></a></h2><p class="small">${t('shortlists.items', { count: number(list.items.length) })}</p></li>`)}</ul>`}
  `;
}
