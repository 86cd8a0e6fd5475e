export { FieldErrorView, InvalidRequestView, ProblemView } from './problem.view.js';
export { validateRequests } from './validate-requests.js';
