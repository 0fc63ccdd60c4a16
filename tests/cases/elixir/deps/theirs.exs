defmodule A do
  defp deps do
    [
      {:a, "~> 1.0"},
      {:c, "~> 1.0"}
    ]
  end
end
