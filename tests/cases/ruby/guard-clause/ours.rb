def f(x)
  return unless x
  g(x)
end
