import type { RedisCache } from '@murmuration/service-kit';

/** Ids are decimal text of up to 63 bits: as Lua numbers two neighbours would be one. */
const compare = `
local function cmp(a, b)
  if #a ~= #b then return #a < #b and -1 or 1 end
  if a == b then return 0 end
  return a < b and -1 or 1
end`;

/**
 * KEYS: one key of the bucket. ARGV: key prefix, length, slack, then id, seq and the readers of each push, separated by commas.
 * A late push is inserted where it belongs, however deep; a list whose length is not what it says goes away.
 */
const push = `${compare}
local prefix, length, slack = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local function apply(list, header, id, seq)
  local known = redis.call('HMGET', header, 'floor', 'seq', 'length')
  if not known[1] then return end
  if cmp(seq, known[2]) <= 0 then return end
  local count = redis.call('LLEN', list)
  if count ~= tonumber(known[3]) then return redis.call('DEL', list, header) end
  local head = redis.call('LINDEX', list, 0)
  local order = head and cmp(id, head) or 1
  if order == 0 or cmp(id, known[1]) < 0 then return end
  if order > 0 then
    redis.call('LPUSH', list, id)
  else
    local from, to = 1, count
    while from < to do
      local middle = math.floor((from + to) / 2)
      if cmp(id, redis.call('LINDEX', list, middle)) >= 0 then to = middle else from = middle + 1 end
    end
    local other = from < count and redis.call('LINDEX', list, from)
    if other == id then return end
    if other then redis.call('LINSERT', list, 'BEFORE', other, id) else redis.call('RPUSH', list, id) end
  end
  if count == 0 then redis.call('PEXPIRE', list, redis.call('PTTL', header)) end
  count = count + 1
  if count > length + slack then
    redis.call('LTRIM', list, 0, length - 1)
    redis.call('HSET', header, 'floor', redis.call('LINDEX', list, -1))
    count = length
  end
  redis.call('HSET', header, 'length', count)
end
for index = 4, #ARGV, 3 do
  local id, seq = ARGV[index], ARGV[index + 1]
  for reader in string.gmatch(ARGV[index + 2], '%d+') do
    local stem = prefix .. reader
    redis.call('RPUSHX', stem .. ':b', id)
    apply(stem .. ':l', stem .. ':h', id, seq)
  end
end
return 1`;

/**
 * KEYS: list, header. ARGV: low, high (both exclusive), count, 'newest' or 'oldest', time to live in ms.
 * Answers epoch, floor, seq and the ids in the asked order; nothing when the list is not warm.
 */
const read = `${compare}
local header = redis.call('HMGET', KEYS[2], 'epoch', 'floor', 'seq', 'length')
if not header[1] then return false end
local length = redis.call('LLEN', KEYS[1])
if length ~= tonumber(header[4]) then
  redis.call('DEL', KEYS[1], KEYS[2])
  return false
end
local function firstBelow(bound)
  local from, to = 0, length
  while from < to do
    local middle = math.floor((from + to) / 2)
    if cmp(redis.call('LINDEX', KEYS[1], middle), bound) < 0 then to = middle else from = middle + 1 end
  end
  return from
end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
local count = tonumber(ARGV[3])
local from, to = firstBelow(ARGV[2]), length - 1
if ARGV[1] ~= '0' then
  to = firstBelow(ARGV[1]) - 1
  while to >= 0 and redis.call('LINDEX', KEYS[1], to) == ARGV[1] do to = to - 1 end
end
if ARGV[4] == 'newest' then to = math.min(to, from + count - 1) else from = math.max(from, to - count + 1) end
if from > to or to < 0 then return { header[1], header[2], header[3] } end
local ids = redis.call('LRANGE', KEYS[1], from, to)
if ARGV[4] == 'oldest' then
  local reversed = {}
  for index = #ids, 1, -1 do reversed[#reversed + 1] = ids[index] end
  ids = reversed
end
return { header[1], header[2], header[3], unpack(ids) }`;

/**
 * KEYS: build, header. ARGV: token, time to live in ms, epoch. Refused (0) while another rebuild is open, and
 * not needed (2) when there is a list of that epoch by now.
 */
const open = `
if redis.call('HGET', KEYS[2], 'epoch') == ARGV[3] then return 2 end
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`;

/**
 * KEYS: list, header, build. ARGV: token, epoch, seq, floor, built at, length, time to live in ms, then the
 * ids that SQL selected. Stores them with what was pushed meanwhile, if the rebuild is still the caller's.
 */
const store = `${compare}
if redis.call('LINDEX', KEYS[3], 0) ~= ARGV[1] then return 0 end
local floor, length = ARGV[4], tonumber(ARGV[6])
local all, seen = {}, {}
local function take(id)
  if seen[id] or cmp(id, floor) < 0 then return end
  seen[id] = true
  all[#all + 1] = id
end
for index = 8, #ARGV do take(ARGV[index]) end
for _, id in ipairs(redis.call('LRANGE', KEYS[3], 1, -1)) do take(id) end
table.sort(all, function(a, b) return cmp(a, b) > 0 end)
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
if #all > length then floor = all[length] end
local kept = math.min(#all, length)
for from = 1, kept, 500 do
  redis.call('RPUSH', KEYS[1], unpack(all, from, math.min(from + 499, kept)))
end
redis.call('HSET', KEYS[2], 'floor', floor, 'epoch', ARGV[2], 'seq', ARGV[3], 'builtAt', ARGV[5], 'length', kept)
redis.call('PEXPIRE', KEYS[1], ARGV[7])
redis.call('PEXPIRE', KEYS[2], ARGV[7])
return 1`;

const scripts = { push, read, open, store };

export type CacheScript = keyof typeof scripts;

/** Runs a script by its hash; ioredis sends the text when the server does not know it. */
export type RunScript = (script: CacheScript, keys: string[], values: string[]) => Promise<unknown>;

export function createScripts(redis: RedisCache): RunScript {
  const commands = new Map(
    Object.entries(scripts).map(([name, lua]) => {
      const command = `homeTimeline${name}`;
      redis.client.defineCommand(command, { lua });
      return [name, Reflect.get(redis.client, command) as (...parts: unknown[]) => Promise<unknown>];
    }),
  );
  return async (script, keys, values) =>
    commands.get(script)?.call(redis.client, keys.length, ...keys, ...values);
}
