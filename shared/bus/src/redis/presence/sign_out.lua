-- ARGV: base, person. Answers now, and the person if they are offline by this.
local person = ARGV[2]
redis.call('ZREM', leases_of(person), 'login', 'grace')
if end_of(person) then
    note(person)
    return { now }
end
if redis.call('ZREM', KEYS[1], person) == 1 then
    return { now, person }
end
return { now }
