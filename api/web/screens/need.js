import { html } from '../vendor/preact.js';
import Ranked from './ranked.js';

/** @param {{id: string}} props */
export default function Need({ id }) {
  return html`<${Ranked} kind="needs" id=${id} />`;
}
