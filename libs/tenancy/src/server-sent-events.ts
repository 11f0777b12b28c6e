/**
 * Text of an event stream in, events out: what the change feed needs of the format.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export interface ServerSentEvent {
  /** `message` when the stream names none. */
  readonly event: string;
  readonly data: string;
}

/** Longest unfinished line or event in characters: a stream that never ends one is not an event stream. */
const maxPending = 1_000_000;

/** A parser with memory: call it with each piece of the stream, get the events that the piece completed. */
export function createEventStreamParser(): (piece: string) => readonly ServerSentEvent[] {
  let pending = '';
  let event = '';
  let data: string[] = [];
  return (piece) => {
    const lines = (pending + piece).split(/\r\n|\n|\r(?!$)/);
    pending = lines.pop() ?? '';
    if (pending.length > maxPending) pending = '';
    const events: ServerSentEvent[] = [];
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) events.push({ event: event === '' ? 'message' : event, data: data.join('\n') });
        event = '';
        data = [];
        continue;
      }
      const colon = line.indexOf(':');
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'event') event = value;
      else if (field === 'data') data.push(value);
    }
    return events;
  };
}
