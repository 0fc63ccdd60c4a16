def f(x) do
  x
  |> a(1)
  |> b()
end
