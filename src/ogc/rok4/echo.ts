/** Whether a text that a client sent may be repeated in an answer: not when it could be markup (spec diffusion §6.1). */
export function isEchoed(text: string): boolean {
  return !/[<>]/.test(text);
}

/** A sentence about something of a request, with what the client wrote in it where that is harmless. */
export function sentence(subject: string, text: string, rest: string): string {
  return isEchoed(text) ? `${subject} ${text} ${rest}` : `${subject} ${rest}`;
}
