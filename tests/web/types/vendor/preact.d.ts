// What api/web/vendor/preact.js is: htm/preact/standalone, which comes without types of its own.
import { Component, h, VNode } from 'preact';
export * from 'preact/hooks';
declare function render(tree: VNode, parent: HTMLElement): void;
declare const html: (strings: TemplateStringsArray, ...values: any[]) => VNode;
export { Component, h, html, render };
