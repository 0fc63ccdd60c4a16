def f(x) do
  x
  |> a(1)
  |> c()
  |> b()
end
