/** What a check or processing tells its producer while it runs, in French (lifecycle §3, logs). */
export interface TaskLogEntry {
  readonly level: 'INFO' | 'WARNING' | 'ERROR';
  /** Module and line as the platform's own programs print them. */
  readonly module: string;
  readonly line: number;
  readonly message: string;
}

/** Where a task writes its log. */
export type TaskLog = (entry: TaskLogEntry) => void;

/** The time and the line as `GET …/logs` shows them: `YYYY-MM-DD HH:MM:SS,mmmLEVEL||module||line||message`, in UTC. */
export function formatLogLine(date: Date, entry: TaskLogEntry): string {
  const time = date.toISOString().replace('T', ' ').replace('.', ',').replace('Z', '');
  // One entry is one line, whatever a file name or a library's message contains.
  const message = entry.message.replaceAll(/[\r\n\0]+/g, ' ');
  return `${time}${entry.level}||${entry.module}||${entry.line}||${message}`;
}

/** A log whose entries come from one place of one program. */
export function logFrom(log: TaskLog, module: string, line: number) {
  return {
    info: (message: string) => log({ level: 'INFO', module, line, message }),
    warning: (message: string) => log({ level: 'WARNING', module, line, message }),
    error: (message: string) => log({ level: 'ERROR', module, line, message }),
  };
}
