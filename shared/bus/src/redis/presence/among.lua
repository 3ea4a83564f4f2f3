-- ARGV: base, microseconds of a lease, people. Answers now, 1 if nothing can be missing, and who is online.
local since = redis.call('HGET', KEYS[2], 'since')
local is_settled = since and now >= tonumber(since) + tonumber(ARGV[2]) and not is_quiet()
local answer = { now, is_settled and 1 or 0 }
for place = 3, #ARGV do
    if is_online(ARGV[place]) then
        answer[#answer + 1] = ARGV[place]
    end
end
return answer
