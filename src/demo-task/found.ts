import { NotFoundException } from '@nestjs/common';

/** Returns the value. @throws NotFoundException if it is undefined */
export function found<T>(eventId: string, what: T | undefined): T {
  if (what !== undefined) return what;
  throw new NotFoundException(`Inngest has no demo task with the event id "${eventId}".`);
}
