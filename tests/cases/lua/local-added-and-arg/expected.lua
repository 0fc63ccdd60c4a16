local function f(x, y)
  return g(x, y)
end
