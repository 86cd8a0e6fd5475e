import { render } from 'preact';
import { App } from './app.js';
import { live } from './data/live.js';
import { html } from 'htm/preact';

live.connect();
render(html`<${App} />`, /** @type {HTMLElement} */ (document.getElementById('app')));
