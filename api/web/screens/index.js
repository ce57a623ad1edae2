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
  { path: 'queue', nav: 'nav.queue', roles: ['staff'], load: () => import('./queue.js') },
  { path: 'cases', nav: 'nav.cases', roles: ['staff', 'enterprise'], load: () => import('./cases.js') },
  { path: 'shortlists', nav: 'nav.shortlists', roles: ['staff', 'enterprise'], load: () => import('./shortlists.js') },
  { path: 'shortlists/:id', roles: ['staff', 'enterprise'], load: () => import('./shortlist.js') },
  { path: 'searches', nav: 'nav.searches', roles: ['staff', 'enterprise'], load: () => import('./searches.js') },
  { path: 'post', nav: 'nav.post', roles: ['staff', 'enterprise'], load: () => import('./post.js') },
  { path: 'coverage', nav: 'nav.coverage', roles: ['staff'], load: () => import('./coverage.js') },
  { path: 'admin', nav: 'nav.admin', roles: ['staff'], load: () => import('./admin.js') },
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
