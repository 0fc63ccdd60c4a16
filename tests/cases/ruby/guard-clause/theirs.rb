def f(x)
  if x
    g(x, 1)
  end
end
