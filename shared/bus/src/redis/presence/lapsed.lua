-- ARGV: base, microseconds of a lease, microseconds of a silence, limit. Answers now, and who is offline by this.
local looked = tonumber(redis.call('HGET', KEYS[2], 'looked') or digits(now))
redis.call('HSETNX', KEYS[2], 'since', digits(now))
redis.call('HSET', KEYS[2], 'looked', digits(now))
if now - looked > tonumber(ARGV[3]) then
    redis.call('HSET', KEYS[2], 'quiet_until', digits(now + tonumber(ARGV[2])))
end
local answer = { now }
if is_quiet() then
    return answer
end
local over = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', digits(now), 'LIMIT', 0, ARGV[4])
for _, person in ipairs(over) do
    if end_of(person) then
        note(person)
    else
        redis.call('ZREM', KEYS[1], person)
        answer[#answer + 1] = person
    end
end
return answer
