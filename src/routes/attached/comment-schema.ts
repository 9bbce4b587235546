import { Type } from 'typebox';
import { Instant, Uuid } from '../schemas.js';

export const CommentBody = Type.Object(
  { text: Type.String({ minLength: 1, maxLength: 10_000 }) },
  { title: 'CommentCreateDto' },
);

export const CommentResponse = Type.Object(
  {
    _id: Uuid,
    creation: Instant,
    update: Instant,
    text: Type.String(),
    author: Type.Object({
      _id: Uuid,
      first_name: Type.String(),
      last_name: Type.String(),
      creation: Instant,
      update: Instant,
    }),
  },
  { title: 'CommentResponseDto' },
);
