def f(x) do
  x
  |> a()
  |> c()
  |> b()
end
