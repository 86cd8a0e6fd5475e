export { AllowedHosts, type HostRules } from './allowed-hosts.js';
export { BearerTokens, CHALLENGE } from './bearer-tokens.js';
export { guardRequests } from './guard-requests.js';
export { jsonOnly } from './json-only.js';
export { refusalOf, type GuardRules } from './refusal.js';
export { requireToken } from './require-token.js';
export { securityHeaders } from './security-headers.js';
export { serveUpgrades, type ServeUpgrade, type Upgrade, type UpgradeRules } from './serve-upgrades.js';
export { WrongTries } from './wrong-tries.js';
