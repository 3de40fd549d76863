-- Shows the name of a caller, if the server knows one.
--
-- In the dialplan, for incoming calls, before the call is sent to a phone:
--     <action application="lua" data="numbers_online_cnam.lua"/>
--
-- Needs mod_lua and mod_curl. Whatever goes wrong, the call goes on and the display stays as it was.

local server = "https://numbers.online"
local key = "YOUR_CID_KEY"

-- Where numbers without a plus sign were dialled: two letters, or "none" if the trunk delivers
-- full international digits without it.
local country = "US"

-- Whole seconds. The second one is the longest that a call can be held up.
local connect_seconds = 1
local total_seconds = 2

-- Digits and plus signs of a number, or nil if that is no number. The number is the caller's to
-- choose, so nothing else of it is used.
local function digits_of(text)
    local digits = tostring(text or ""):gsub("[^0-9+]", "")
    if #digits > 20 or not digits:find("%d") then return nil end
    return digits
end

-- A name that is safe in channel variables, or nil if that is no name.
local function clean(text)
    if type(text) ~= "string" or #text > 1024 then return nil end
    -- What FreeSWITCH says when a command failed, and the error page of a proxy.
    if text:find("^%-") or text:find("^%s*<") then return nil end
    text = text:gsub("[%c\127]", " "):gsub("[${}%%\\\"'`]", ""):gsub("%s+", " ")
    local characters = {}
    for character in text:gmatch("[\1-\127\194-\244][\128-\191]*") do
        if #characters == 64 then break end
        characters[#characters + 1] = character
    end
    local name = table.concat(characters):gsub("^ +", ""):gsub(" +$", "")
    local word = name:upper()
    if name == "" or word == "1" or word == "UNKNOWN" or word == "UNAVAILABLE" then return nil end
    return name
end

local function look_up()
    local number = digits_of(session:getVariable("caller_id_number"))
    -- The key is made of these characters only; anything else is a placeholder or a mistake.
    if not number or not key:find("^nol_[0-9a-z_]+$") then return end

    local address = server .. "/api/v1/cid/" .. number:gsub("%+", "%%2B")
        .. "?miss=empty&country=" .. country
    -- This is the curl command of FreeSWITCH itself, not a program: no shell sees it. Words are
    -- separated by spaces, and none of them can hold one.
    local answer = freeswitch.API():execute("curl", table.concat({
        address,
        "connect-timeout", tostring(connect_seconds),
        "timeout", tostring(total_seconds),
        "append_headers", "X-API-Key:" .. key,
        "get",
    }, " "))

    local name = clean(answer)
    if name then session:setVariable("effective_caller_id_name", name) end
end

-- An error text could name the number, so the log only learns that there was one.
if not pcall(look_up) then
    pcall(function() freeswitch.consoleLog("warning", "numbers_online_cnam: the lookup failed\n") end)
end
