-- ARGV: base, holder, microseconds of grace, people. Answers now.
local ending = digits(now + tonumber(ARGV[3]))
for place = 4, #ARGV do
    local person = ARGV[place]
    if redis.call('ZREM', leases_of(person), ARGV[2]) == 1 then
        redis.call('ZADD', leases_of(person), 'GT', ending, 'grace')
        note(person)
    end
end
return { now }
