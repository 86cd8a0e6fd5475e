export { FieldErrorView, InvalidRequestView, ProblemView } from './problem.view.js';
export { QueryParameters, RefuseUnknown } from './refuse-unknown.js';
export { validateRequests } from './validate-requests.js';
export { RequestLimit } from './request-limit.js';
export { RequestLimitGuard } from './request-limit.guard.js';
export { WindowStorage } from './window-storage.js';
