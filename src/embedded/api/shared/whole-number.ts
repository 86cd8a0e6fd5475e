import { BadRequestException } from '@nestjs/common';

/**
 * Reads a whole number from a query.
 *
 * @throws BadRequestException naming the parameter and its range
 */
export function wholeNumber(
  text: string | undefined,
  name: string,
  { from, to, otherwise }: { from: number; to: number; otherwise: number },
): number {
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < from || value > to) {
    throw new BadRequestException(`"${name}" must be a whole number from ${from} to ${to}.`);
  }
  return value;
}
