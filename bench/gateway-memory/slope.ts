/** Least squares: how much a value grows in a minute. */
export function slopePerMinute(points: readonly (readonly [minute: number, value: number])[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(([minute]) => minute)), mean(points.map(([, value]) => value))];
  const over = points.reduce((sum, [minute, value]) => sum + (minute - x) * (value - y), 0);
  return over / points.reduce((sum, [minute]) => sum + (minute - x) ** 2, 0);
}
