def f(x)
  if x
    g(x)
  end
end
