-- ARGV: base, holder, microseconds, people. Answers now, and who was not online before.
local answer = { now }
local ending = digits(now + tonumber(ARGV[3]))
for place = 4, #ARGV do
    local person = ARGV[place]
    if not is_online(person) then
        answer[#answer + 1] = person
    end
    if ARGV[2] ~= 'login' then
        redis.call('ZREM', leases_of(person), 'login')
    end
    redis.call('ZADD', leases_of(person), ending, ARGV[2])
    note(person)
end
return answer
