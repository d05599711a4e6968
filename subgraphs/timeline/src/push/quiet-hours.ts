import { validationError } from '@murmuration/service-kit';

/** When a person is not told anything on their devices, every day; in minutes after midnight where they are. */
export interface QuietHours {
  fromMinute: number;
  toMinute: number;
  /** As the IANA names it. */
  timeZone: string;
}

const dayMinutes = 24 * 60;
const minuteMs = 60_000;

/** The moment at which the quiet hours end that it is in, in milliseconds since 1970; null when it is in none. */
export function quietUntil(nowMs: number, hours: QuietHours): number | null {
  const { fromMinute, timeZone, toMinute } = hours;
  const now = minuteOf(nowMs, timeZone);
  const isQuiet =
    fromMinute < toMinute ? now >= fromMinute && now < toMinute : now >= fromMinute || now < toMinute;
  if (!isQuiet) return null;
  const end = nowMs - (nowMs % minuteMs) + ahead(now, toMinute) * minuteMs;
  // Where clocks are put forward or back meanwhile, it is another hour there than it would be.
  const difference = (ahead(minuteOf(end, timeZone), toMinute) + dayMinutes / 2) % dayMinutes;
  return end + (difference - dayMinutes / 2) * minuteMs;
}

/** Minutes from one to the next other. */
function ahead(from: number, to: number): number {
  return (to - from + dayMinutes) % dayMinutes;
}

function minuteOf(ms: number, timeZone: string): number {
  const [hour, minute] = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
    .format(ms)
    .split(':');
  return Number(hour) * 60 + Number(minute);
}

const time = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** @throws UserErrors `ValidationError` naming what is no time of day, or no time zone, and for hours that never end */
export function readQuietHours(given: { from: string; to: string; timeZone: string }): QuietHours {
  const read = (field: 'from' | 'to') => {
    const [, hour, minute] = time.exec(given[field]) ?? [];
    if (!hour || !minute) throw validationError(`quietHours.${field}`, 'Give a time of day as "22:30".');
    return Number(hour) * 60 + Number(minute);
  };
  const [fromMinute, toMinute] = [read('from'), read('to')];
  if (fromMinute === toMinute) throw validationError('quietHours.to', 'Quiet hours end at another time.');
  return { fromMinute, toMinute, timeZone: readTimeZone(given.timeZone) };
}

function readTimeZone(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    throw validationError('quietHours.timeZone', 'Give a time zone as "Europe/Berlin".');
  }
}

export function timeOfDay(minute: number): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${two(Math.trunc(minute / 60))}:${two(minute % 60)}`;
}
