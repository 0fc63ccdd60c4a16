def f(x) do
  x
  |> a()
  |> b()
end
