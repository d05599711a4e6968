/** A mail as it reached the catcher. */
export interface CaughtMail {
  to: string[];
  from: string;
  subject: string;
  text: string;
  messageId: string;
  /** By their names in lower case. */
  headers: Record<string, string>;
  at: Date;
}
