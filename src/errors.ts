/**
 * Errors of the Entrepôt API: the body is `{error, error_description[]}` with French sentences
 * (spec lifecycle §9, access §3.1). OGC services and the identity provider have their own dialects
 * in src/ogc and src/identity.
 */

/** Stable codes of `error`, with their HTTP status: the snake_case HTTP reason. */
export const API_ERRORS = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  precondition_failed: 412,
  payload_too_large: 413,
  unsupported_media_type: 415,
  range_not_satisfiable: 416,
  unprocessable_entity: 422,
  request_header_fields_too_large: 431,
  internal_server_error: 500,
  not_implemented: 501,
  service_unavailable: 503,
} as const;

export type ApiErrorCode = keyof typeof API_ERRORS;

/** A refusal that the API answers as is. `descriptions`: French sentences, one per problem. */
export class ApiError extends Error {
  readonly status: number;
  readonly descriptions: readonly string[];

  constructor(
    readonly code: ApiErrorCode,
    ...descriptions: string[]
  ) {
    super(descriptions.join(' '));
    this.name = 'ApiError';
    this.status = API_ERRORS[code];
    this.descriptions = descriptions;
  }

  /** The JSON body of the answer. */
  toBody(): { error: ApiErrorCode; error_description: string[] } {
    return { error: this.code, error_description: [...this.descriptions] };
  }
}

export const badRequest = (...sentences: string[]) => new ApiError('bad_request', ...sentences);
export const notFound = (...sentences: string[]) => new ApiError('not_found', ...sentences);
export const conflict = (...sentences: string[]) => new ApiError('conflict', ...sentences);
export const forbidden = (...sentences: string[]) => new ApiError('forbidden', ...sentences);
