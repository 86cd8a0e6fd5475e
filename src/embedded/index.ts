export { Clock, VirtualClock } from '../clock/index.js';
export { EmbeddedInngest, type EmbeddedInngestOptions, type ServerLoad } from './embedded-inngest.js';
export type { ForcedFailure } from './calls/forced-failures.js';
export { COMMON_PORTS } from './registration/app-discovery.js';
export { PortTakenError } from './port-taken.error.js';
export {
  DataFileInUseError,
  DataFileUnusableError,
  ForeignDataFileError,
  LaterDataFileError,
  putDataFileAside,
  removeDataFile,
  type Synchronous,
} from './store/data-file.js';
export { NoSqliteError } from './store/driver/open-driver.js';
export { MissingPackageError } from '../common/optional-package.js';
