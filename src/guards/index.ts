export { AllowedHosts, type HostRules } from './allowed-hosts.js';
export { guardRequests } from './guard-requests.js';
export { jsonOnly } from './json-only.js';
export { isEveryAddress, isLoopback } from './loopback.js';
export { refusalOf, type GuardRules } from './refusal.js';
export { securityHeaders } from './security-headers.js';
export { serveUpgrades, type Upgrade } from './serve-upgrades.js';
