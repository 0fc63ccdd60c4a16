local function a()
  return 1
end

local function b()
  return 2
end

local function c()
  return 3
end
