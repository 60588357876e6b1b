-- Takes one slot of every limit, or none at all if one of them has no slot left. Times are the server's, in microseconds.
-- KEYS: for each limit the list of the times at which its slots were taken, oldest first; the tombstone of their principal, which says since when. ARGV: for each limit its count
-- and its window. Answer: 1 if taken, -1 if there is a tombstone, else 0; the tightest limit, from 0; slots left; time until one slot more is free; now.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local ended = redis.call('GET', table.remove(KEYS))
if ended and tonumber(ended) <= now then
  return {-1, 0, 0, 0, now}
end
local sizes, oldest = {}, {}
local refusing, longest = 0, 0
for i, key in ipairs(KEYS) do
  local count, window = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  -- After the clock was set back, or another server has taken over, the newest slot counts as taken just now.
  local ahead = (tonumber(redis.call('LINDEX', key, -1)) or now) - now
  if ahead > 0 then
    for n, taken in ipairs(redis.call('LRANGE', key, 0, -1)) do
      redis.call('LSET', key, n - 1, taken - ahead)
    end
  end
  local first = tonumber(redis.call('LINDEX', key, 0))
  while first and now - first >= window do
    redis.call('LPOP', key)
    first = tonumber(redis.call('LINDEX', key, 0))
  end
  sizes[i] = redis.call('LLEN', key)
  oldest[i] = first or now
  if sizes[i] >= count then
    -- Above the limit, which a lowered count can cause, all the excess has to go first.
    local wait = window - (now - redis.call('LINDEX', key, sizes[i] - count))
    if wait > longest then
      refusing, longest = i, wait
    end
  end
end
if longest > 0 then
  return {0, refusing - 1, 0, longest, now}
end
local tightest, fewest = 0, math.huge
for i, key in ipairs(KEYS) do
  redis.call('RPUSH', key, now)
  -- A second more, because keys expire by another reading of the clock.
  redis.call('PEXPIRE', key, math.ceil(ARGV[2 * i] / 1000) + 1000)
  local left = ARGV[2 * i - 1] - sizes[i] - 1
  if left < fewest then
    tightest, fewest = i, left
  end
end
return {1, tightest - 1, fewest, ARGV[2 * tightest] - (now - oldest[tightest]), now}
