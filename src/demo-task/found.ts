import { NotFoundException } from '@nestjs/common';

/** What was found of a demo task. @throws NotFoundException when that is nothing */
export function found<T>(eventId: string, what: T | undefined): T {
  if (what !== undefined) return what;
  throw new NotFoundException(`Inngest knows no demo task with the event id "${eventId}".`);
}
