-- Notes that a replica lives. KEYS: the replicas with the time of their last beat. ARGV: this one's id; microseconds of silence after which one is gone.
-- Answer: 1 if this one was not known, else 0; how many live.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
-- First what takes memory: after another write a server that is full would let it pass.
local unknown = redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('PEXPIRE', KEYS[1], math.ceil(ARGV[2] / 1000))
return {unknown, redis.call('ZCARD', KEYS[1])}
