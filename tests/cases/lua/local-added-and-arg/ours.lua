local function f(x)
  return g(x)
end
