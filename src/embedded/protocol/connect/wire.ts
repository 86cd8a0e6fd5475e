import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** How often a field may be repeated. Each time needs only two bytes of the message, but much more memory. */
const MAX_REPEATED = 1_000;

/** Bytes that are not a protobuf message of the expected kind. */
export class MalformedMessageError extends Error {
  override readonly name = 'MalformedMessageError';
}

/** How one field of a message is read and written. */
export interface Field<T> {
  readonly number: number;
  readonly wireType: WireType;
  /** The value of a field that was not sent. */
  absent(): T;
  /** Reads the field. @param before the value so far, for a field that may be repeated */
  read(reader: BinaryReader, before: T): T;
  write(writer: BinaryWriter, value: T): void;
}

type Fields = Record<string, Field<unknown>>;
type ValuesOf<F extends Fields> = { [Name in keyof F]: F[Name] extends Field<infer T> ? T : never };

/** The values of a {@link MessageType}. */
export type Message<M> = M extends MessageType<infer F> ? ValuesOf<F> : never;

/** The type of a protobuf message, with fields such as {@link text}. It skips unknown fields: a later SDK may send more. */
export class MessageType<F extends Fields> {
  private readonly byNumber: ReadonlyMap<number, [name: string, field: Field<unknown>]>;

  constructor(private readonly fields: F) {
    this.byNumber = new Map(Object.entries(fields).map((entry) => [entry[1].number, entry]));
  }

  /** Missing fields get the default value of their type. */
  encode(values: Partial<ValuesOf<F>>): Buffer {
    const writer = new BinaryWriter();
    for (const [name, field] of Object.entries(this.fields)) {
      const value: unknown = values[name];
      if (value !== undefined) field.write(writer, value);
    }
    return Buffer.from(writer.finish());
  }

  /** @throws MalformedMessageError */
  decode(bytes: Uint8Array): ValuesOf<F> {
    const values: Record<string, unknown> = {};
    for (const [name, field] of Object.entries(this.fields)) values[name] = field.absent();
    try {
      const reader = new BinaryReader(bytes);
      while (reader.pos < reader.len) this.readField(reader, values);
    } catch (error) {
      throw new MalformedMessageError(`not a protobuf message of this kind: ${(error as Error).message}`);
    }
    return values as ValuesOf<F>;
  }

  private readField(reader: BinaryReader, values: Record<string, unknown>): void {
    const [number, wireType] = reader.tag();
    const [name, field] = this.byNumber.get(number) ?? [];
    if (name === undefined || field?.wireType !== wireType) reader.skip(wireType, number);
    else values[name] = field.read(reader, values[name]);
  }
}

/** A string; '' when it was not sent. */
export function text(number: number): Field<string> {
  return {
    number,
    wireType: WireType.LengthDelimited,
    absent: () => '',
    read: (reader) => reader.string(),
    write: (writer, value) => writer.tag(number, WireType.LengthDelimited).string(value),
  };
}

/** A string; undefined when it was not sent. */
export function optionalText(number: number): Field<string | undefined> {
  return { ...(text(number) as Field<string | undefined>), absent: () => undefined };
}

export function texts(number: number): Field<string[]> {
  return repeated(text(number));
}

/** Bytes; empty when they were not sent. The value is a view of the message. */
export function bytes(number: number): Field<Uint8Array> {
  return {
    number,
    wireType: WireType.LengthDelimited,
    absent: () => new Uint8Array(),
    read: (reader) => reader.bytes(),
    write: (writer, value) => writer.tag(number, WireType.LengthDelimited).bytes(value),
  };
}

/** A uint32 or an enum; 0 when it was not sent. */
export function whole(number: number): Field<number> {
  return {
    number,
    wireType: WireType.Varint,
    absent: () => 0,
    read: (reader) => reader.uint32(),
    write: (writer, value) => writer.tag(number, WireType.Varint).uint32(value),
  };
}

/** An int64 within JavaScript's safe integers; undefined when it was not sent. */
export function optionalLong(number: number): Field<number | undefined> {
  return {
    number,
    wireType: WireType.Varint,
    absent: () => undefined,
    read: (reader) => Number(reader.int64()),
    write: (writer, value) => writer.tag(number, WireType.Varint).int64(value ?? 0),
  };
}

export function flag(number: number): Field<boolean> {
  return {
    number,
    wireType: WireType.Varint,
    absent: () => false,
    read: (reader) => reader.bool(),
    write: (writer, value) => writer.tag(number, WireType.Varint).bool(value),
  };
}

/** A message inside a message; undefined when it was not sent. */
export function nested<F extends Fields>(
  number: number,
  type: MessageType<F>,
): Field<ValuesOf<F> | undefined> {
  return {
    number,
    wireType: WireType.LengthDelimited,
    absent: () => undefined,
    read: (reader) => type.decode(reader.bytes()),
    write: (writer, value) => writer.tag(number, WireType.LengthDelimited).bytes(type.encode(value ?? {})),
  };
}

export function nestedList<F extends Fields>(number: number, type: MessageType<F>): Field<ValuesOf<F>[]> {
  return repeated({
    ...nested(number, type),
    read: (reader: BinaryReader) => type.decode(reader.bytes()),
  } as Field<ValuesOf<F>>);
}

function repeated<T>(one: Field<T>): Field<T[]> {
  return {
    number: one.number,
    wireType: one.wireType,
    absent: () => [],
    read: (reader, before) => {
      if (before.length >= MAX_REPEATED) throw new Error(`field ${one.number} is repeated too often`);
      return [...before, one.read(reader, one.absent())];
    },
    write: (writer, values) => values.forEach((value) => one.write(writer, value)),
  };
}
