import { Type } from 'typebox';

const Uuid = Type.String({ format: 'uuid' });
const Stamp = Type.String({ format: 'date-time' });

export const CommentBody = Type.Object({ text: Type.String({ minLength: 1, maxLength: 10_000 }) });

export const CommentResponse = Type.Object(
  {
    _id: Uuid,
    creation: Stamp,
    update: Stamp,
    text: Type.String(),
    author: Type.Object({
      _id: Uuid,
      first_name: Type.String(),
      last_name: Type.String(),
      creation: Stamp,
      update: Stamp,
    }),
  },
  { title: 'CommentResponseDto' },
);
