export { FieldErrorView, InvalidRequestView, ProblemView } from './problem.view.js';
export { QueryParameters, RefuseUnknown } from './refuse-unknown.js';
export { validateRequests } from './validate-requests.js';
