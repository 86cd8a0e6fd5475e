import { html } from 'htm/preact';
import { render } from 'preact';
import { App } from './app.js';
import { live } from './data/live.js';

live.connect();
render(html`<${App} />`, /** @type {HTMLElement} */ (document.getElementById('app')));
