def f(x)
  return unless x
  g(x, 1)
end
