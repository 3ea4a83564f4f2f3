-- What every script of the leases begins with. KEYS[1] is the sorted set of everybody who is online, by the end of
-- their last lease: whoever is in it, edges have told. KEYS[2] is what is known of the leases as a whole. ARGV[1] is
-- what the key of each person's leases begins with: a sorted set of holders by the end of their lease.
-- All ends are microseconds of this server's clock, below 2^53, so that they survive being Lua's doubles; they are
-- spelt by `digits`, since Lua itself would round them.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])

local function digits(number)
    return string.format('%.0f', number)
end

local function leases_of(person)
    return ARGV[1] .. person
end

-- The end of their last lease, nil when all are over.
local function end_of(person)
    local leases = leases_of(person)
    redis.call('ZREMRANGEBYSCORE', leases, '-inf', digits(now))
    return redis.call('ZRANGE', leases, -1, -1, 'WITHSCORES')[2]
end

-- After every change of a person's leases. The key outlives the last lease by a second and no more.
local function note(person)
    local ending = end_of(person)
    if ending then
        redis.call('PEXPIREAT', leases_of(person), digits(math.ceil(tonumber(ending) / 1000) + 1000))
        redis.call('ZADD', KEYS[1], ending, person)
    else
        redis.call('ZADD', KEYS[1], 'XX', digits(now), person)
    end
end

local function is_online(person)
    return redis.call('ZSCORE', KEYS[1], person) ~= false
end

-- Whether nobody is to be taken for gone, because nobody could renew for a while.
local function is_quiet()
    return now < tonumber(redis.call('HGET', KEYS[2], 'quiet_until') or '0')
end
