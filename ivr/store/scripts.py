"""
What must happen at once in Redis, as Lua.

A client whose connection breaks sends its script a second time without knowing whether the
first time counted: so each of them may run twice. Numbers stay the texts that Python wrote,
because Lua would shorten them. A ticket or agent that is not of our making is thrown out
where it is met.
"""

from types import MappingProxyType

from ivr.store.keys import lua_names

_TICKETS = """
local function number(text)
  local value = tonumber(text)
  if value and value == value and math.abs(value) < math.huge then return value end
end

local function purge(key)
  for _, queue in ipairs(redis.call('SMEMBERS', QUEUES)) do
    for _, order in ipairs({WAITING(queue), DUE(queue), LATER(queue)}) do
      redis.call('ZREM', order, key)
    end
    redis.call('SREM', CLAIMED(queue), key)
  end
  redis.call('ZREM', CLAIMS, key)
  for _, name in ipairs(redis.call('HKEYS', OFFERS)) do
    if redis.call('HGET', OFFERS, name) == key then redis.call('HDEL', OFFERS, name) end
  end
  redis.call('DEL', TICKET(key))
end

local function kept(key)
  local f = redis.pcall('HMGET', TICKET(key),
    'queue', 'rank', 'not_before', 'node', 'agent', 'claimant', 'until', 'passed')
  if not f.err and f[1] and number(f[2]) and number(f[3]) and number(f[7]) then
    return {key = key, queue = f[1], rank = f[2], not_before = f[3], node = f[4] or '',
      agent = f[5] or '', claimant = f[6] or '', till = f[7], passed = f[8] or '[]'}
  end
  if f.err or f[1] then purge(key) end
end

local function leave(t)
  redis.call('ZREM', WAITING(t.queue), t.key)
  redis.call('ZREM', DUE(t.queue), t.key)
  redis.call('ZREM', LATER(t.queue), t.key)
  redis.call('SREM', CLAIMED(t.queue), t.key)
  redis.call('ZREM', CLAIMS, t.key)
  if redis.call('HGET', OFFERS, t.agent) == t.key then redis.call('HDEL', OFFERS, t.agent) end
  redis.call('SREM', HELD(t.node), t.key)
  redis.call('SREM', HELD(t.claimant), t.key)
  if redis.call('ZCARD', WAITING(t.queue)) + redis.call('SCARD', CLAIMED(t.queue)) == 0 then
    redis.call('SREM', QUEUES, t.queue)
  end
end

local function enter(t)
  redis.call('HSET', TICKET(t.key), 'queue', t.queue, 'rank', t.rank,
    'not_before', t.not_before, 'node', t.node, 'agent', t.agent,
    'claimant', t.claimant, 'until', t.till, 'passed', t.passed)
  redis.call('SADD', QUEUES, t.queue)
  for _, node in ipairs({t.node, t.claimant}) do
    if node ~= '' then
      redis.call('SADD', HELD(node), t.key)
      redis.call('ZADD', NODES, 'NX', 0, node)
    end
  end
  if t.agent ~= '' then
    redis.call('SADD', CLAIMED(t.queue), t.key)
    redis.call('ZADD', CLAIMS, t.till, t.key)
    redis.call('HSET', OFFERS, t.agent, t.key)
    return
  end
  redis.call('ZADD', WAITING(t.queue), t.rank, t.key)
  if number(t.not_before) == 0 then
    redis.call('ZADD', DUE(t.queue), t.rank, t.key)
  else
    redis.call('ZADD', LATER(t.queue), t.not_before, t.key)
  end
end

local function unclaim(t)
  leave(t)
  t.agent, t.claimant, t.till = '', '', '0'
  enter(t)
end

local function whole(key)
  return {key, redis.call('HGETALL', TICKET(key))}
end
"""

_AGENTS = """
local function agent(name)
  if name == '' then return end
  local f = redis.pcall('HMGET', AGENT(name),
    'presence', 'since', 'ticket', 'until', 'node', 'browser')
  if not f.err and f[1] then
    return {name = name, presence = f[1], since = f[2] or '0', ticket = f[3] or '',
      till = number(f[4]) or 0, node = f[5] or '', browser = f[6] == '1'}
  end
end

local function become(a, presence, reason, till, now)
  local since = a.presence == presence and a.since or now
  redis.call('HSET', AGENT(a.name), 'presence', presence, 'since', since,
    'reason', reason, 'ticket', '', 'until', till)
end

local function free(name, key, now, presence, reason, till)
  local a = agent(name)
  if a and a.presence == 'offered' and a.ticket == key then
    become(a, presence or 'ready', reason or '', till or '0', now)
  end
end

local function where(a, node)
  if node == '' or (a.browser and a.node ~= '') then return a.node end
  return node
end

local function offer(a, t, since)
  redis.call('HSET', AGENT(a.name), 'presence', 'offered', 'since', since,
    'reason', '', 'ticket', t.key, 'until', t.till, 'node', where(a, t.claimant))
end

local function lives(node, asking, now)
  if node == '' or node == asking then return true end
  return (number(redis.call('ZSCORE', NODES, node)) or 0) > now
end

local function changed()
  redis.call('PUBLISH', CHANGES, '')
end
"""

_PUT = """
local key, body, queue, rank, not_before, node, passed = unpack(ARGV)
local t = kept(key) or {key = key, agent = '', claimant = '', till = '0'}
if t.queue then leave(t) end
t.queue, t.rank, t.not_before, t.node, t.passed = queue, rank, not_before, node, passed
redis.call('HSET', TICKET(key), 'body', body)
enter(t)
changed()
"""

_DROP = """
local key, now = unpack(ARGV)
local t = kept(key)
if t then
  leave(t)
  redis.call('DEL', TICKET(key))
  free(t.agent, key, now)
  changed()
end
"""

_TICKET = """
if kept(ARGV[1]) then return whole(ARGV[1]) end
"""

_HEAD = """
local queue, now, limit = unpack(ARGV)
-- Those who became due at once, such as after a restart, are let in by portions.
for _, key in ipairs(redis.call('ZRANGEBYSCORE', LATER(queue), '-inf', now, 'LIMIT', 0, 1000)) do
  redis.call('ZREM', LATER(queue), key)
  local t = kept(key)
  if t then redis.call('ZADD', DUE(queue), t.rank, key) end
end
local found = {}
for _ = 1, 10 do  -- however much was spoilt, an answer comes in time
  local keys = redis.call('ZRANGE', DUE(queue), #found, tonumber(limit) - 1)
  if #keys == 0 then break end
  for _, key in ipairs(keys) do
    if kept(key) then
      found[#found + 1] = whole(key)
    else
      redis.call('ZREM', DUE(queue), key)
      purge(key)
    end
  end
end
return found
"""

_AHEAD = """
local t = kept(ARGV[1])
if not t then return end
if t.agent == '' then return redis.call('ZRANK', WAITING(t.queue), t.key) end
redis.call('ZADD', WAITING(t.queue), t.rank, t.key)
local ahead = redis.call('ZRANK', WAITING(t.queue), t.key)
redis.call('ZREM', WAITING(t.queue), t.key)
return ahead
"""

_SIZES = """
local sizes = {}
for _, queue in ipairs(redis.call('SMEMBERS', QUEUES)) do
  local size = redis.call('ZCARD', WAITING(queue)) + redis.call('SCARD', CLAIMED(queue))
  sizes[#sizes + 1] = {queue, size}
end
return sizes
"""

_PURGE = """
purge(ARGV[1])
changed()
"""

_REGISTER = """
local name, body, browser, presence, since, reason, ticket, till, node = unpack(ARGV)
redis.call('DEL', AGENT(name))
redis.call('HSET', AGENT(name), 'body', body, 'browser', browser, 'presence', presence,
  'since', since, 'reason', reason, 'ticket', ticket, 'until', till, 'node', node)
redis.call('SADD', AGENTS, name)
changed()
"""

_FORGET = """
redis.call('SREM', AGENTS, ARGV[1])
if redis.call('DEL', AGENT(ARGV[1])) == 1 then changed() end
"""

_ROSTER = """
local found = {}
for _, name in ipairs(redis.call('SMEMBERS', AGENTS)) do
  local fields = redis.pcall('HGETALL', AGENT(name))
  found[#found + 1] = {name, fields.err and {} or fields}
end
return found
"""

_PRESENCE = """
local name, presence, reason, till, now = unpack(ARGV)
local a = agent(name)
if not a then return 0 end
local key = redis.call('HGET', OFFERS, name)
local t = key and kept(key)
if not t or presence ~= 'ready' then
  become(a, presence, reason, till, now)
elseif a.presence ~= 'offered' then
  offer(a, t, now)
end
changed()
return 1
"""

_CLAIM = """
local key, name, node, now, till = unpack(ARGV)
local t, a = kept(key), agent(name)
if not t or not a then return 0 end
local renewed = a.presence == 'offered' and a.ticket == key
  and t.agent == name and t.claimant == node
if not renewed then
  local moment = tonumber(now)
  local lapsed = (a.presence == 'paused' or a.presence == 'wrapping')
    and a.till > 0 and a.till <= moment
  if a.presence ~= 'ready' and not lapsed then return 0 end
  local other = redis.call('HGET', OFFERS, name)
  if other and kept(other) then return 0 end
  if t.agent ~= '' or number(t.not_before) > moment then return 0 end
end
leave(t)
t.agent, t.claimant, t.till = name, node, till
enter(t)
offer(a, t, renewed and a.since or now)
changed()
return 1
"""

_RELEASE = """
local key, name, presence, reason, till, now = unpack(ARGV)
local t = kept(key)
if not t or t.agent ~= name then return end
local fine, passed = pcall(cjson.decode, t.passed)
if not fine or type(passed) ~= 'table' then passed = {} end
local known = false
for _, one in ipairs(passed) do known = known or one == name end
if not known then passed[#passed + 1] = name end
t.passed = cjson.encode(passed)
unclaim(t)
free(name, key, now, presence, reason, till)
changed()
"""

_SETTLE = """
local key, name, now = unpack(ARGV)
local t, a = kept(key), agent(name)
local through = ''
if t then
  leave(t)
  redis.call('DEL', TICKET(key))
  through = t.claimant
  if t.agent ~= name then
    through = t.node
    free(t.agent, key, now)
  end
end
if a and not (a.presence == 'talking' and a.ticket == key) then
  redis.call('HSET', AGENT(name), 'presence', 'talking', 'since', now,
    'reason', '', 'ticket', key, 'until', '0', 'node', where(a, through))
end
changed()
"""

_BEAT = """
redis.call('ZADD', NODES, ARGV[2], ARGV[1])
"""

_ORPHANS = """
local me, now, asking, received = unpack(ARGV)
local moment = tonumber(now)
redis.call('ZREMRANGEBYSCORE', ADOPTED(me), '-inf', received)
local keys, touched = {}, false
for _, node in ipairs(redis.call('ZRANGEBYSCORE', NODES, '-inf', now)) do
  if node ~= me then
    for _, key in ipairs(redis.call('SMEMBERS', HELD(node))) do keys[key] = true end
    redis.call('ZREM', NODES, node)
    redis.call('DEL', HELD(node))
  end
end
for _, key in ipairs(redis.call('ZRANGEBYSCORE', CLAIMS, '-inf', now)) do keys[key] = true end
for key in pairs(keys) do
  local t = kept(key)
  if t then
    local reserved = t.agent
    leave(t)
    if t.node == '' or t.node == me or not lives(t.node, me, moment) then
      t.node = me
      redis.call('ZADD', ADOPTED(me), asking, key)
    end
    t.agent, t.claimant, t.till = '', '', '0'
    enter(t)
    free(reserved, key, now)
    touched = true
  end
end
for _, name in ipairs(redis.call('SMEMBERS', AGENTS)) do
  local a = agent(name)
  if a then
    local gone = not lives(a.node, me, moment)
    local offered = a.presence == 'offered'
    if gone and a.browser and a.presence ~= 'offline' then
      become(a, 'offline', '', '0', now)
      touched = true
    elseif (offered and a.till <= moment) or (gone and (offered or a.presence == 'talking')) then
      become(a, 'ready', '', '0', now)
      touched = true
    end
  end
end
if touched then changed() end
local found = {}
for _, key in ipairs(redis.call('ZRANGE', ADOPTED(me), 0, -1)) do
  local t = kept(key)
  if t and t.node == me then found[#found + 1] = whole(key) end
end
return found
"""

_NOTE_WAIT = """
local queue, waited, now, kept_waits = unpack(ARGV)
redis.call('ZADD', WAITS(queue), now, now .. ' ' .. waited)
redis.call('ZREMRANGEBYRANK', WAITS(queue), 0, -1 - kept_waits)
"""

_WAITS = """
return redis.call('ZRANGE', WAITS(ARGV[1]), 0, -1)
"""

_PARTS = MappingProxyType(
    {
        "put": _PUT,
        "drop": _DROP,
        "ticket": _TICKET,
        "head": _HEAD,
        "ahead": _AHEAD,
        "sizes": _SIZES,
        "purge": _PURGE,
        "register": _REGISTER,
        "forget": _FORGET,
        "roster": _ROSTER,
        "presence": _PRESENCE,
        "claim": _CLAIM,
        "release": _RELEASE,
        "settle": _SETTLE,
        "beat": _BEAT,
        "orphans": _ORPHANS,
        "note_wait": _NOTE_WAIT,
        "waits": _WAITS,
    }
)

SCRIPTS = MappingProxyType(
    {name: lua_names() + _TICKETS + _AGENTS + part for name, part in _PARTS.items()}
)
"""Each script by its name, ready to be sent; its one key is the prefix."""
