/** One alert over invented series, a value a minute in promtool's notation. */
export interface AlertCase {
  alert: string;
  series: Record<string, string>;
  /** Minutes after the first value. */
  atMinute: number;
  /** Labels of what fires, without the severity. Nothing fires when it is missing. */
  fires?: Record<string, string>;
}
