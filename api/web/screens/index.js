// The screens of the page. A row: where it lies ("needs/:id"; its parts become properties of the component), its words in the navigation (none: it is not
// there), who sees it, and the module whose default export is the component. Modules are loaded when they are first asked for.

/**
 * @typedef {{path: string, nav?: string, roles: string[], load: () => Promise<{default: any}>}} Screen
 */

const everybody = ['public', 'enterprise', 'staff', 'job'];

/** @type {Screen[]} */
export const screens = [
  { path: '', roles: everybody, load: () => import('./search.js') },
  { path: 'search', nav: 'nav.search', roles: everybody, load: () => import('./search.js') },
  { path: 'needs/:id', roles: everybody, load: () => import('./need.js') },
  { path: 'projects/:id', roles: everybody, load: () => import('./project.js') },
  { path: 'pairs/:need/:project', roles: everybody, load: () => import('./compare.js') },
  { path: 'post', nav: 'nav.post', roles: ['staff', 'enterprise'], load: () => import('./post.js') },
];

/**
 * @param {string[]} path of the address
 * @returns {{screen: Screen, parts: Record<string, string>} | null}
 */
export function findScreen(path) {
  for (const screen of screens) {
    const names = screen.path.split('/').filter(Boolean);
    if (names.length !== path.length || !names.every((name, i) => name.startsWith(':') || name === path[i])) continue;
    return { screen, parts: Object.fromEntries(names.flatMap((name, i) => (name.startsWith(':') ? [[name.slice(1), path[i]]] : []))) };
  }
  return null;
}
