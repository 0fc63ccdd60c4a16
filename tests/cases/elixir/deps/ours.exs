defmodule A do
  defp deps do
    [
      {:a, "~> 1.0"},
      {:b, "~> 1.0"}
    ]
  end
end
