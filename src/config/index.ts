export { loadSettings } from './load-settings.js';
export { Settings, type EmbeddedTarget, type InngestTarget } from './settings.js';
export { SettingsError } from './settings.error.js';
export { SettingsModule } from './settings.module.js';
