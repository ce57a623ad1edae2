import { html } from '../vendor/preact.js';
import Ranked from './ranked.js';

/** @param {{id: string}} props */
export default function Project({ id }) {
  return html`<${Ranked} kind="projects" id=${id} />`;
}
