export { Clock, type CallHeaders, type Release, type AlarmKind } from './clock.js';
export { ClockModule } from './clock.module.js';
export { holdWhileOpen } from './hold-while-open.js';
export { ClockHeldError, isMovable, type Movable } from './movable.js';
export { MovableClock } from './movable-clock.js';
export { SystemClock, type SystemClockOptions } from './system-clock.js';
export { VirtualClock, type PassOptions } from './virtual-clock.js';
