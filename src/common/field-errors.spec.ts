import { Type } from 'class-transformer';
import { IsInt, IsString, MaxLength, ValidateNested, validateSync } from 'class-validator';
import { fieldErrors, withoutField } from './field-errors.js';

class Address {
  @IsString()
  street: unknown = 7;
}

class Customer {
  @IsInt()
  age: unknown = 'old';

  @ValidateNested()
  @Type(() => Address)
  address = new Address();

  @IsString()
  @MaxLength(1)
  name: unknown = 8;
}

it('names every wrong field by its path, nested ones too', () => {
  expect(fieldErrors(validateSync(new Customer()))).toEqual([
    { field: 'age', messages: ['age must be an integer number'] },
    { field: 'address.street', messages: ['street must be a string'] },
    {
      field: 'name',
      messages: expect.arrayContaining(['name must be a string']) as string[],
    },
  ]);
});

it('cuts the name that a message begins with', () => {
  expect(withoutField('address.street', 'street must be a string')).toBe('must be a string');
  expect(withoutField('address.street', 'streets are wrong')).toBe('streets are wrong');
});

it.each([
  ['a', 'a longer one is needed'],
  ['the', 'the name is too long'],
  ['each', 'each value in each must be a string'],
  ['a', 'a must-have is missing'],
  ['a', 'a '],
  ['a', 'a'],
])('leaves a message whole that only begins with the letters of the name %s: %s', (field, message) => {
  expect(withoutField(field, message)).toBe(message);
});
