import { IsNotEmpty, IsObject, IsOptional, IsString, MaxLength } from 'class-validator';

/** The body of a GraphQL request (GraphQL over HTTP). */
export class GraphqlRequest {
  @IsString()
  @IsNotEmpty()
  query!: string;

  @IsOptional()
  @IsString()
  @MaxLength(256)
  operationName?: string | null;

  @IsOptional()
  @IsObject()
  variables?: Record<string, unknown> | null;

  @IsOptional()
  @IsObject()
  extensions?: Record<string, unknown> | null;
}
